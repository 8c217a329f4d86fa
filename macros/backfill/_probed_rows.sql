{#- Questions about what queries return, asked before a backfill: each is a model's SQL for a window. A column is a dict of `name`
    and `type`. -#}

{#- A checksum of each column, to see which columns are the same when the query is run again: `column_1`, `column_2`, ... -#}
{% macro _probed_columns_sql(query, columns) %}
  {%- set sums = [] -%}
  {%- for column in columns -%}
    {%- do sums.append(dbt_playbooks._checksum([dbt_playbooks._probed_value(column)]) ~ ' as column_' ~ loop.index) -%}
  {%- endfor -%}
  {{ return('select count(*) as row_count, ' ~ sums | join(', ') ~ '\nfrom (\n' ~ query ~ '\n) as probed') }}
{% endmacro %}

{#- The number of rows and a checksum of them: `row_count`, `checksum`. A float may differ in its last digits from one query to the next, so
    in the checksum it counts as NULL, NaN, infinite or a number, and the numbers are added up: `float_0` is their sum, `float_0_placed` the
    sum in which each has a weight of its row, `float_0_roots` that of the roots of 1 + their sizes, and `float_0_size` that of their
    sizes. -#}
{% macro _probed_rows_sql(query, columns) %}
  {%- set values, floats = [], [] -%}
  {%- for column in columns -%}
    {%- if dbt_playbooks._family(column.type) == 'float' -%}
      {%- do floats.append(adapter.dispatch('_probed_float', 'dbt_playbooks')(value=dbt_playbooks._quoted(column.name))) -%}
      {%- do values.append(floats[-1].kind) -%}
    {%- else -%}
      {%- do values.append(dbt_playbooks._probed_value(column)) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set weight = adapter.dispatch('_probed_weight', 'dbt_playbooks')(row_hash=dbt_playbooks._row_hash(values)) -%}
  {%- set sums = [] -%}
  {%- for float in floats -%}
    {%- set terms = {
      '': float.number,
      '_placed': float.number ~ ' * ' ~ weight,
      '_roots': 'sqrt(1 + abs(' ~ float.number ~ '))',
      '_size': 'abs(' ~ float.number ~ ')'
    } -%}
    {%- set number = loop.index0 -%}
    {%- for name, added in terms.items() -%}
      {%- do sums.append(', ' ~ float.sum ~ '(' ~ added ~ ') as float_' ~ number ~ name) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(
    'select count(*) as row_count, cast(' ~ (dbt_playbooks._checksum(values) if values else '0')
    ~ ' as ' ~ dbt.type_string() ~ ') as checksum' ~ sums | join('') ~ '\nfrom (\n' ~ query ~ '\n) as probed'
  ) }}
{% endmacro %}

{#- Up to three rows that one list of queries returns more often than the other, as text; `side` is 1 or 2. Floats are left out. -#}
{% macro _probed_difference_sql(queries, other_queries, columns) %}
  {%- set names = [] -%}
  {%- for column in columns if dbt_playbooks._family(column.type) != 'float' -%}
    {%- do names.append(dbt_playbooks._probed_value(column, true) ~ ' as c' ~ loop.index) -%}
  {%- endfor -%}
  {%- set sides = [] -%}
  {%- for side in [queries, other_queries] -%}
    {%- set parts = [] -%}
    {%- for query in side -%}
      {%- do parts.append('select ' ~ (names | join(', ') or '1 as c1') ~ ' from (\n' ~ query ~ '\n) as probed') -%}
    {%- endfor -%}
    {%- do sides.append(parts | join('\nunion all\n')) -%}
  {%- endfor -%}
  {{ return(adapter.dispatch('_probed_difference_sql', 'dbt_playbooks')(one=sides[0], other=sides[1])) }}
{% endmacro %}

{% macro duckdb___probed_difference_sql(one, other) %}
  {{ return(
    'with one as (\n' ~ one ~ '\n),\n\nother as (\n' ~ other ~ '\n)\n\n'
    ~ 'select 1 as side, cast(only_one as varchar) as example\n'
    ~ 'from (select * from one except all select * from other) as only_one\nunion all\n'
    ~ 'select 2, cast(only_other as varchar)\n'
    ~ 'from (select * from other except all select * from one) as only_other\norder by 1, 2\nlimit 3'
  ) }}
{% endmacro %}

{% macro bigquery___probed_difference_sql(one, other) %}
  {{ return(
    'with one as (\n' ~ one ~ '\n),\n\nother as (\n' ~ other ~ '\n)\n\n'
    ~ 'select 1 as side, to_json_string(only_one) as example\n'
    ~ 'from (select * from one except distinct select * from other) as only_one\nunion all\n'
    ~ 'select 2, to_json_string(only_other)\n'
    ~ 'from (select * from other except distinct select * from one) as only_other\norder by 1, 2\nlimit 3'
  ) }}
{% endmacro %}
