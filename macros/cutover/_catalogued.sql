{#- What DuckDB's catalogue says of a table beside its types: 'comment', 'tags' (a text), 'columns' (in lower case to 'name', 'comment', 'default', 'collation',
    'is_generated'), 'constraints' (texts), 'refers_to' (those that are foreign keys), 'indexes' ('name', 'is_unique', 'parts', 'other_type', 'comment'), 'referenced_by' (tables
    whose foreign key refers to it), 'is_read_only'. -#}
{% macro _catalogued(relation) %}
  {%- set found = {'comment': none, 'columns': {}, 'tags': none, 'constraints': [], 'refers_to': [], 'indexes': [], 'referenced_by': [], 'is_read_only': false} -%}
  {%- for row in dbt_playbooks._query(dbt_playbooks._catalogued_sql(relation)) -%}
    {%- set kind, name, first, second, is_so = row[0], row[1], row[2], row[3], row[4] -%}
    {%- if kind == 'table' -%}
      {%- do found.update(comment=first, tags=second) -%}
    {%- elif kind == 'column' -%}
      {%- do found.columns.update({name | lower: {'name': name, 'comment': first, 'default': second}}) -%}
    {%- elif kind == 'definition' -%}
      {%- do dbt_playbooks._add_definitions(found.columns, first) -%}
    {%- elif kind == 'constraint' -%}
      {%- if is_so and second == 'FOREIGN KEY' -%}
        {%- do found.refers_to.append(first) -%}
      {%- endif -%}
      {%- do (found.constraints if is_so else found.referenced_by).append(first if is_so else name) -%}
    {%- elif kind == 'index' -%}
      {%- do found.indexes.append({'name': name, 'is_unique': is_so, 'parts': first, 'other_type': second, 'comment': row[6]}) -%}
    {%- else -%}
      {%- do found.update(is_read_only=is_so) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{% macro _catalogued_sql(relation) %}
  {%- set is_it = dbt_playbooks._in_catalogue(relation) -%}
  {%- set is_referred_to = dbt_playbooks._in_catalogue(relation, ['database_name', 'schema_name', 'referenced_table']) -%}
  {%- set sql -%}
select 'table' as kind, table_name as name, comment as first, nullif(cast(tags as varchar), '{}') as second, false as is_so, 0 as place, null as said
from duckdb_tables()
where {{ is_it }}
union all
select 'definition', table_name, sql, null, false, 0, null
from duckdb_tables()
where {{ is_it }}
union all
select 'column', column_name, comment, column_default, false, column_index, null
from duckdb_columns()
where {{ is_it }}
union all
select 'constraint', concat(schema_name, '.', table_name), constraint_text, constraint_type, {{ is_it }}, constraint_index, null
from duckdb_constraints()
where constraint_type <> 'NOT NULL' and ({{ is_it }} or {{ is_referred_to }})
union all
select
  'index', index_name, array_to_string(cast(expressions as varchar[]), ', '), regexp_extract(sql, '(?i) on [^(]* using ([a-z_]+) *\(', 1), is_unique, 0, comment
from duckdb_indexes()
where {{ is_it }}
union all
select 'database', database_name, null, null, readonly, 0, null
from duckdb_databases()
where lower(database_name) = lower({{ dbt_playbooks._string_literal(relation.database) }})
order by 1, 6, 2
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- Puts to each column what only the statement that made the table says. -#}
{% macro _add_definitions(columns, definition) %}
  {%- for column in columns.values() -%}
    {%- set quoted = modules.re.escape('"' ~ column.name | replace('"', '""') ~ '"') -%}
    {%- set begin = '[(,] (?:' ~ quoted ~ '|' ~ modules.re.escape(column.name) ~ ') ' -%}
    {%- set collation = modules.re.search(begin ~ 'VARCHAR COLLATE ("[^"]+"|[A-Za-z0-9_.]+)', ' ' ~ definition | replace('(', '( ', 1)) -%}
    {%- set generated = modules.re.search(begin ~ '[^,]*?GENERATED ALWAYS AS', ' ' ~ definition | replace('(', '( ', 1)) -%}
    {%- do column.update(collation=collation.group(1) if collation else none, is_generated=generated is not none) -%}
  {%- endfor -%}
{% endmacro %}
