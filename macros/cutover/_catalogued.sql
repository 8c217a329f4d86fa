{#- What DuckDB's catalogue says of a table beside its types: 'comment', 'columns' (in lower case to 'name', 'comment', 'default'), 'constraints' (texts),
    'indexes' ('name', 'is_unique', 'parts', 'other_type'), 'referenced_by' (tables whose foreign key refers to it), 'is_read_only'. -#}
{% macro _catalogued(relation) %}
  {%- set place = dbt_playbooks._string_literals([relation.database, relation.schema, relation.identifier]) -%}
  {%- set in_schema = 'lower(database_name) = lower(' ~ place[0] ~ ') and lower(schema_name) = lower(' ~ place[1] ~ ')' -%}
  {%- set is_it = in_schema ~ ' and lower(table_name) = lower(' ~ place[2] ~ ')' -%}
  {%- set found = {'comment': none, 'columns': {}, 'constraints': [], 'indexes': [], 'referenced_by': [], 'is_read_only': false} -%}
  {%- for row in dbt_playbooks._query('select comment from duckdb_tables() where ' ~ is_it) -%}
    {%- do found.update(comment=row[0]) -%}
  {%- endfor -%}
  {%- for row in dbt_playbooks._query('select column_name, comment, column_default from duckdb_columns() where ' ~ is_it ~ ' order by column_index') -%}
    {%- do found.columns.update({row[0] | lower: {'name': row[0], 'comment': row[1], 'default': row[2]}}) -%}
  {%- endfor -%}
  {%- for row in dbt_playbooks._query(
    'select constraint_text, ' ~ is_it ~ ", concat(schema_name, '.', table_name) from duckdb_constraints() where " ~ in_schema
    ~ " and constraint_type <> 'NOT NULL' and (lower(table_name) = lower(" ~ place[2] ~ ') or lower(referenced_table) = lower(' ~ place[2] ~ ')) order by table_name, constraint_index'
  ) -%}
    {%- do (found.constraints if row[1] else found.referenced_by).append(row[0] if row[1] else row[2]) -%}
  {%- endfor -%}
  {%- for row in dbt_playbooks._query(
    "select index_name, is_unique, array_to_string(cast(expressions as varchar[]), ', '), regexp_extract(sql, '(?i) on [^(]* using ([a-z_]+) *\\(', 1) from duckdb_indexes() where "
    ~ is_it ~ ' order by index_name'
  ) -%}
    {%- do found.indexes.append({'name': row[0], 'is_unique': row[1], 'parts': row[2], 'other_type': row[3]}) -%}
  {%- endfor -%}
  {%- for row in dbt_playbooks._query('select readonly from duckdb_databases() where lower(database_name) = lower(' ~ place[0] ~ ')') -%}
    {%- do found.update(is_read_only=row[0]) -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{#- The indexes of the table's name after a swap: 'name', 'new_name', 'is_unique', 'parts', and 'lost': the column that is missing for it, or none. The old
    table's come first. Those of the incoming table get another name, because DuckDB 1.5 breaks off when one transaction drops an index of a stored table and
    makes it again under its name. -#}
{% macro _indexes_after(old, incoming, rename) %}
  {%- set indexes, definitions, names = [], [], [] -%}
  {%- for index in old.indexes + incoming.indexes -%}
    {%- do names.append(index.name) -%}
  {%- endfor -%}
  {%- for index in old.indexes -%}
    {%- set lost = [] -%}
    {%- for name, column in old.columns.items() if name not in incoming.columns or name in rename -%}
      {%- if dbt_playbooks._is_named_in(name, index.parts) -%}
        {%- do lost.append(column.name) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do definitions.append((index.is_unique, index.parts)) -%}
    {%- do indexes.append({'name': index.name, 'new_name': index.name, 'is_unique': index.is_unique, 'parts': index.parts, 'lost': lost[0] if lost else none}) -%}
  {%- endfor -%}
  {%- for index in incoming.indexes if (index.is_unique, index.parts) not in definitions -%}
    {%- set free = [] -%}
    {%- for number in range(2, 100) if index.name ~ '_' ~ number not in names and not free -%}
      {%- do free.append(index.name ~ '_' ~ number) -%}
    {%- endfor -%}
    {%- do indexes.append({'name': index.name, 'new_name': free[0], 'is_unique': index.is_unique, 'parts': index.parts, 'lost': none}) -%}
  {%- endfor -%}
  {{ return(indexes) }}
{% endmacro %}

{#- Whether SQL names a column, as a whole word. -#}
{% macro _is_named_in(name, sql) %}
  {%- set text, state = sql | lower ~ ' ', {'word': ''} -%}
  {%- if '"' ~ name | lower ~ '"' in text -%}
    {{ return(true) }}
  {%- endif -%}
  {%- for character in text -%}
    {%- if character in ' ,()"\'+-*/<>=|:.;[]\n' -%}
      {%- if state.word == name | lower -%}
        {{ return(true) }}
      {%- endif -%}
      {%- do state.update(word='') -%}
    {%- else -%}
      {%- do state.update(word=state.word ~ character) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(false) }}
{% endmacro %}
