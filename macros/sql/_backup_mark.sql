{#- DuckDB only. A backup says in its comment, as JSON, what it is: of which table, made when, which rows (none: all), and what would make the table again:
    `columns` that can be inserted, and `definition`, statements as [before the table's name, after it], the first of which creates it; `own_keys` are its foreign
    keys to itself, which that statement lacks; `index_comments` are the comments of its indexes, by name. `more` is what its maker adds. -#}
{% macro _backup_mark_sql(relation, backup, condition, expires_at, more={}) %}
  {%- set mark = {
    'dbt_playbooks_backup': 1, 'table': relation.identifier, 'made_at': dbt_playbooks._instant_text(dbt_playbooks._clock()),
    'expires_at': none if expires_at is none else dbt_playbooks._instant_text(expires_at),
    'condition': none if condition == 'true' else condition,
    'columns': dbt_playbooks._insertable_columns(relation), 'definition': dbt_playbooks._definition(relation)
  } -%}
  {%- set own_keys, index_comments = dbt_playbooks._own_keys(relation), {} -%}
  {%- if own_keys -%}
    {%- do mark.update(own_keys=own_keys) -%}
  {%- endif -%}
  {%- for row in dbt_playbooks._query('select index_name, comment from duckdb_indexes() where comment is not null and ' ~ dbt_playbooks._in_catalogue(relation) ~ ' order by 1') -%}
    {%- do index_comments.update({row[0]: row[1]}) -%}
  {%- endfor -%}
  {%- if index_comments -%}
    {%- do mark.update(index_comments=index_comments) -%}
  {%- endif -%}
  {%- do mark.update(more) -%}
  {{ return('comment on table ' ~ backup ~ ' is ' ~ dbt_playbooks._string_literal(tojson(mark))) }}
{% endmacro %}

{#- What a DuckDB backup says of itself; nothing of a table that is none. -#}
{% macro _backup_mark(backup) %}
  {%- set found = dbt_playbooks._query('select comment from duckdb_tables() where ' ~ dbt_playbooks._in_catalogue(backup)) -%}
  {%- set comment = (found[0][0] if found else none) or '' -%}
  {{ return(fromjson(comment) if '"dbt_playbooks_backup"' in comment else {}) }}
{% endmacro %}

{#- Foreign keys of a table to itself, as texts: DuckDB's catalogue tells their columns, and leaves a gap in the statement that made the table. -#}
{% macro _own_keys(relation) %}
  {%- set keys = [] -%}
  {%- for row in dbt_playbooks._query(
    "select to_json(constraint_column_names), to_json(referenced_column_names) from duckdb_constraints() where constraint_type = 'FOREIGN KEY' and constraint_text = '' and "
    ~ dbt_playbooks._in_catalogue(relation) ~ ' order by constraint_index'
  ) -%}
    {%- do keys.append('foreign key (' ~ dbt_playbooks._quoted_list(fromjson(row[0])) ~ ') references ' ~ relation.identifier ~ ' (' ~ dbt_playbooks._quoted_list(fromjson(row[1])) ~ ')') -%}
  {%- endfor -%}
  {{ return(keys) }}
{% endmacro %}

{% macro _definition(relation) %}
  {#- names may be quoted, and hold a parenthesis then -#}
  {%- set quoted = '\\x22(?:[^\\x22]|\\x22\\x22)*\\x22' -%}
  {%- set name = '(?:' ~ quoted ~ '|[^\\x22(])*' -%}
  {%- set index = '^CREATE (?:UNIQUE )?INDEX (?:' ~ quoted ~ '|[^\\x22 ]+) ON ' -%}
  {%- set here = dbt_playbooks._in_catalogue(relation) -%}
  {%- set sql -%}
select 1 as place, 'create table ' as before_name, regexp_replace(sql, {{ dbt_playbooks._pattern('^CREATE TABLE ' ~ name) }}, '') as after_name, comment
from duckdb_tables()
where {{ here }}
union all
select 2, regexp_extract(sql, {{ dbt_playbooks._pattern(index) }}), regexp_replace(sql, {{ dbt_playbooks._pattern(index ~ name) }}, ''), null
from duckdb_indexes()
where {{ here }} and sql is not null
union all
select 3, 'comment on column ', column_name, comment
from duckdb_columns()
where {{ here }} and comment is not null
order by 1, 2, 3
  {%- endset -%}
  {%- set statements, own_keys = [], dbt_playbooks._own_keys(relation) -%}
  {%- for row in dbt_playbooks._query(sql) -%}
    {%- set says = '' if row[3] is none else ' is ' ~ dbt_playbooks._string_literal(row[3]) -%}
    {%- set after = dbt_playbooks._without_gaps(row[2].rstrip(';')) if row[0] == 1 and own_keys else row[2].rstrip(';') -%}
    {%- do statements.append([row[1], after if row[0] < 3 else '.' ~ dbt_playbooks._quoted(row[2]) ~ says]) -%}
    {%- if row[0] == 1 and says -%}
      {%- do statements.append(['comment on table ', says]) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(statements) }}
{% endmacro %}

{#- Without the commas that stand for nothing: texts and names in quotes stay as they are. -#}
{% macro _without_gaps(sql) %}
  {%- set pieces = [] -%}
  {%- for quoted in sql.split("'") -%}
    {%- set words = [] -%}
    {%- for piece in quoted.split('"') -%}
      {%- do words.append(piece if loop.index is even else modules.re.sub(',(?: ,)+', ',', piece).replace(', )', ')')) -%}
    {%- endfor -%}
    {%- do pieces.append(quoted if loop.index is even else words | join('"')) -%}
  {%- endfor -%}
  {{ return(pieces | join("'")) }}
{% endmacro %}
