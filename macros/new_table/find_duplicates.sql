{#- Keys that are there more than once, how many rows they have too many, and rows without a key, from one scan. -#}
{% macro find_duplicates(table, key, where=none, limit=20, fail=false) %}
  {%- do dbt_playbooks._whole_number(limit, 'limit', 10000) -%}
  {%- if not execute -%}
    {{ return({}) }}
  {%- endif -%}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set parts = dbt_playbooks._key_of(relation, key) -%}
  {%- set row = dbt_playbooks._query(dbt_playbooks._counted_keys_sql(relation, parts, where, limit))[0] -%}
  {%- set found = {
    'row_count': row[0] | int, 'duplicate_keys': row[1] | int, 'surplus_rows': row[2] | int, 'rows_without_key': row[3] | int, 'sample': []
  } -%}
  {%- set lines = [] -%}
  {%- for each in fromjson(row[4] or '[]', default=[]) or [] -%}
    {%- set each = fromjson(each) if each is string else each -%}
    {%- set key_values = {} -%}
    {%- for part in parts -%}
      {%- do key_values.update({part.label: each['key_' ~ loop.index] | string}) -%}
    {%- endfor -%}
    {%- do found.sample.append({'key': key_values, 'row_count': each.row_count | int}) -%}
    {%- do lines.append(key_values.values() | list + [each.row_count | int]) -%}
  {%- endfor -%}
  {%- set scope = relation ~ (' where ' ~ where if where else '') -%}
  {%- set title = scope ~ ' by ' ~ parts | map(attribute='label') | join(', ') ~ ': ' ~ found.duplicate_keys ~ ' duplicate keys, ' ~ found.surplus_rows
    ~ ' surplus rows, ' ~ found.rows_without_key ~ ' rows without a key, of ' ~ found.row_count ~ ' rows' -%}
  {%- do print(title if found.row_count else scope ~ ' is empty: there are no keys.') -%}
  {%- if lines -%}
    {%- do dbt_playbooks._print_table(
      parts | map(attribute='label') | list + ['row_count'], lines,
      title='the ' ~ limit ~ ' most frequent of them:' if found.duplicate_keys > limit else none
    ) -%}
  {%- endif -%}
  {%- if fail and found.duplicate_keys -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.find_duplicates: " ~ title
      ~ ". Is that the whole key? Then keep one row of each, else name all its columns: key: [id, day].") }}
  {%- endif -%}
  {{ return(found) }}
{% endmacro %}

{#- All keys that are there more than once, the most frequent first. -#}
{% macro find_duplicates_sql(table, key, where=none) %}
  {%- if not execute -%}
    {{ return('') }}
  {%- endif -%}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set parts = dbt_playbooks._key_of(relation, key) -%}
  {%- set sql -%}
select
  {%- for part in parts %}
  {{ part.expression }}{{ ' as ' ~ part.name if part.expression != part.name }},
  {%- endfor %}
  count(*) as row_count
from {{ relation }}
where
  {% for part in parts %}{{ '\n  and ' if not loop.first }}{{ part.column }} is not null{% endfor %}
  {%- set condition = dbt_playbooks._where_of(relation, where) %}
  {%- if condition %}
  and {{ dbt_playbooks._enclosed(condition) }}
  {%- endif %}
group by {{ range(1, parts | length + 1) | join(', ') }}
having count(*) > 1
order by {{ parts | length + 1 }} desc, {{ range(1, parts | length + 1) | join(', ') }}
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- The parts of a key as `_key_parts` gives them, each with its 'name' in a result. -#}
{% macro _key_of(relation, key) %}
  {%- set parts = dbt_playbooks._key_parts(key, dbt_playbooks._columns_of(relation), relation) -%}
  {%- if not parts -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: no key is given. Name the column that tells one row from another, or a list of them: key: [id, day].") }}
  {%- endif -%}
  {%- for part in parts -%}
    {%- do part.update(name='key_' ~ loop.index if part.label == part.expression else dbt_playbooks._quoted(part.label)) -%}
  {%- endfor -%}
  {{ return(parts) }}
{% endmacro %}
