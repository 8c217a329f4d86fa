{#- DuckDB: refuses columns of ours that come twice, whatever brings the other one along: `u.*`, `* exclude`, `columns(...)`, a macro that
    lists columns, or `*` over a query that holds the call. Only what comes out tells: the model's code is rendered once more, and DuckDB
    says which columns it has. BigQuery refuses such a query itself. -#}
{% macro _refuse_columns_twice(what, own, names) %}
  {{ return(adapter.dispatch('_refuse_columns_twice', 'dbt_playbooks')(what=what, own=own, names=names)) }}
{% endmacro %}

{% macro bigquery___refuse_columns_twice(what, own, names) %}
{% endmacro %}

{% macro duckdb___refuse_columns_twice(what, own, names) %}
  {%- set place = dbt_playbooks._calling_model() -%}
  {%- set selected = dbt_playbooks._selected_columns(place) -%}
  {%- for name in names if selected -%}
    {%- set twin = name | lower ~ '_1' -%}
    {%- set times = selected.names | select('equalto', name | lower) | list | length -%}
    {#- that is what DuckDB calls the second one in a query within: a name that nobody wrote, and no table has -#}
    {%- if times > 1 or (times == 1 and twin in selected.names and twin not in selected.code and twin not in dbt_playbooks._names_of_parents(place)) -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": model '" ~ place.get('name') ~ "' selects a column '" ~ name
        ~ "' beside the call for '" ~ own
        ~ "', which makes one of that name too: DuckDB would call one of them " ~ name
        ~ "_1. It comes with a star (u.*, columns(...)) or from a macro that lists columns: leave it out there, as in u.* exclude ("
        ~ name ~ ").") }}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}

{#- 'names' (in lower case) and 'code' of what the calling model selects, found once for all calls in it. None where that can't be asked: it
    is not about to run, it is what is being asked, hooks or a header make what it reads, or a parent is not there or in no warehouse. -#}
{% macro _selected_columns(place) %}
  {%- if 'dbt_playbooks_selects' in place -%}
    {{ return(place['dbt_playbooks_selects']) }}
  {%- endif -%}
  {%- set config = place.get('config') -%}
  {#- dbt 2 (Fusion) has no code to render, and a model that nothing can be noted in -#}
  {%- if not dbt_version.startswith('1.') or not dbt_playbooks._is_about_to_run() or place.get('resource_type') not in ('model', 'snapshot') or config is not mapping
    or config.get('pre-hook') or config.get('pre_hook') or config.get('sql_header') or not dbt_playbooks._parents_are_there(place) -%}
    {{ return(none) }}
  {%- endif -%}
  {#- calls in there neither ask again nor warn -#}
  {%- do place.update({'dbt_playbooks_selects': none, 'dbt_playbooks_asking': true}) -%}
  {%- set code, names = render(place.get('raw_code')), [] -%}
  {%- do place.pop('dbt_playbooks_asking') -%}
  {%- for row in dbt_playbooks._query('describe (\n' ~ code ~ '\n)') -%}
    {%- do names.append(row[0] | lower) -%}
  {%- endfor -%}
  {%- do place.update({'dbt_playbooks_selects': {'names': names, 'code': code | lower}}) -%}
  {{ return(place['dbt_playbooks_selects']) }}
{% endmacro %}

{% macro _parents_of(place) %}
  {%- set parents = [] -%}
  {%- for unique_id in place.get('depends_on', {}).get('nodes', []) -%}
    {%- do parents.append(graph.nodes.get(unique_id) or graph.sources.get(unique_id)) -%}
  {%- endfor -%}
  {{ return(parents) }}
{% endmacro %}

{% macro _relation_of_node(node) %}
  {{ return(adapter.get_relation(database=node.database, schema=node.schema, identifier=node.get('identifier') or node.get('alias'))) }}
{% endmacro %}

{% macro _parents_are_there(place) %}
  {%- for node in dbt_playbooks._parents_of(place) -%}
    {%- if not node or node.get('config', {}).get('materialized') == 'ephemeral' or dbt_playbooks._relation_of_node(node) is none -%}
      {{ return(false) }}
    {%- endif -%}
  {%- endfor -%}
  {{ return(true) }}
{% endmacro %}

{#- The columns of all parents, in lower case. -#}
{% macro _names_of_parents(place) %}
  {%- set names = [] -%}
  {%- for node in dbt_playbooks._parents_of(place) -%}
    {%- for column in adapter.get_columns_in_relation(dbt_playbooks._relation_of_node(node)) -%}
      {%- do names.append(column.name | lower) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}
