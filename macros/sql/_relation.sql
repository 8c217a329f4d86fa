{#- The existing relation that `table` names: a Relation stays as it is; a model, seed, snapshot or source ('source.table') of the
    project comes before 'table' of the target's schema, 'schema.table' and 'database.schema.table'. Nothing is looked up at parse time. -#}
{% macro _relation(table) %}
  {%- if table is none or table is undefined or (table is string and not table | trim) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: no table is given. Allowed: a model, seed, snapshot or source of the project, 'schema.table', 'database.schema.table' or a Relation.") }}
  {%- elif table is not string -%}
    {{ return(table) }}
  {%- elif not execute -%}
    {{ return(api.Relation.create(database=target.database, schema=target.schema, identifier=table)) }}
  {%- endif -%}
  {%- set place = dbt_playbooks._place(table) -%}
  {%- set relation = adapter.get_relation(database=place.database, schema=place.schema, identifier=place.identifier) -%}
  {%- if relation is not none -%}
    {{ return(relation) }}
  {%- endif -%}
  {#- dbt's cache does not know what was made by a plain statement: look again, in the schema itself -#}
  {%- set schema = api.Relation.create(database=place.database, schema=place.schema).without_identifier() -%}
  {%- set names = dbt_playbooks._tables_in(schema) -%}
  {%- if place.identifier in names -%}
    {{ return(api.Relation.create(database=place.database, schema=place.schema, identifier=place.identifier)) }}
  {%- endif -%}
  {{ exceptions.raise_compiler_error(dbt_playbooks._no_relation_message(table, place, names)) }}
{% endmacro %}

{#- Where a table is, by its name alone: database, schema, identifier, and the node of the project that says so. -#}
{% macro _place(table) %}
  {%- set node = dbt_playbooks._project_node(table) -%}
  {%- if node -%}
    {{ return({'database': node.database, 'schema': node.schema, 'identifier': node.get('identifier') or node.alias, 'node': node}) }}
  {%- endif -%}
  {%- set parts = dbt_playbooks._name_parts(table) -%}
  {%- if parts | length not in (1, 2, 3) or '' in parts -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: '" ~ table ~ "' is no name of a table. Allowed: a model, seed, snapshot or source of the project, 'schema.table' or 'database.schema.table'; a part that holds a dot is written in double quotes.") }}
  {%- endif -%}
  {%- set database = parts[0] if parts | length == 3 else target.database -%}
  {%- set schema = parts[-2] if parts | length > 1 else target.schema -%}
  {{ return({'database': database, 'schema': schema, 'identifier': parts[-1], 'node': none}) }}
{% endmacro %}

{#- 'a."b.c".d' as ['a', 'b.c', 'd']; quotes go, and a name that BigQuery shows as `a.b.c` has three parts. -#}
{% macro _name_parts(name) %}
  {%- set state = {'quoted': false, 'part': ''} -%}
  {%- set parts = [] -%}
  {%- for character in name | trim | replace('`', '') -%}
    {%- if character == '"' -%}
      {%- do state.update(quoted=not state.quoted) -%}
    {%- elif character == '.' and not state.quoted -%}
      {%- do parts.append(state.part) -%}
      {%- do state.update(part='') -%}
    {%- else -%}
      {%- do state.update(part=state.part ~ character) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(parts + [state.part]) }}
{% endmacro %}

{#- The model, seed, snapshot or source that has this name ('orders.v2': a version of a model), or none. The root project wins over packages, the latest
    version over others. -#}
{% macro _project_node(name) %}
  {%- set found = {'node': none} -%}
  {%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed', 'snapshot')
          and (node.name == name or node.get('version') is not none and node.name ~ '.v' ~ node.get('version') == name) -%}
      {%- if found.node is none or node.package_name == project_name or node.get('version') and node.version == node.latest_version -%}
        {%- do found.update(node=node) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- for source in graph.sources.values() if source.source_name ~ '.' ~ source.name == name and found.node is none -%}
      {%- do found.update(node=source) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(found.node) }}
{% endmacro %}
