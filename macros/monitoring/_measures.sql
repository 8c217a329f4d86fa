{#- What a table is watched by, for `_daily_sql`. Names are looked up in `known`, its columns; null_rates and metrics say which aliases they got. -#}
{% macro _measures(relation, known, date_column, key, columns, metrics, condition) %}
  {%- set keys = dbt_playbooks._named_columns(dbt_playbooks._list(key), known, relation, 'columns of the key') -%}
  {%- set watched = keys if columns is none else dbt_playbooks._named_columns(dbt_playbooks._list(columns), known, relation, 'columns to watch') -%}
  {%- set numbers = dbt_playbooks._named_columns(dbt_playbooks._list(metrics), known, relation, 'metrics') -%}
  {%- for name in numbers -%}
    {%- do dbt_playbooks._refuse_unless_number(relation, known[name | lower]) -%}
  {%- endfor -%}
  {%- set date = dbt_playbooks._quote(date_column) -%}
  {%- set measures = [['row_count', 'count(*)', 'coalesce(counted.row_count, 0)']] -%}
  {%- set null_rates, ranges = [], [] -%}
  {%- if keys -%}
    {%- set distinct = dbt_playbooks._distinct_sql(dbt_playbooks._key_parts(keys, known, relation)) -%}
    {%- do measures.append(['distinct_keys', distinct, 'coalesce(counted.distinct_keys, 0)']) -%}
  {%- endif -%}
  {%- for name in watched | unique -%}
    {%- set nulls, rate = dbt_playbooks._quoted(name ~ '_nulls'), dbt_playbooks._quoted(name ~ '_null_rate') -%}
    {%- do measures.append([nulls, 'count(*) - count(' ~ dbt_playbooks._quoted(name) ~ ')', 'coalesce(counted.' ~ nulls ~ ', 0)']) -%}
    {#- a day without rows has no row in `counted`, so its rates are NULL -#}
    {%- do measures.append([rate, none, 'counted.' ~ nulls ~ ' / nullif(counted.row_count, 0)']) -%}
    {%- do null_rates.append([name, rate]) -%}
  {%- endfor -%}
  {%- if condition -%}
    {%- do measures.extend(dbt_playbooks._anomaly_measures(condition)) -%}
  {%- endif -%}
  {%- for name in numbers | unique -%}
    {%- for function in ('min', 'max', 'avg') -%}
      {%- set alias = dbt_playbooks._quoted(name ~ '_' ~ function) -%}
      {%- do measures.append([alias, function ~ '(' ~ dbt_playbooks._quoted(name) ~ ')', 'counted.' ~ alias]) -%}
      {%- do ranges.append([name ~ '_' ~ function, alias]) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- do measures.extend([['first_at', 'min(' ~ date ~ ')', 'counted.first_at'], ['last_at', 'max(' ~ date ~ ')', 'counted.last_at']]) -%}
  {{ return({'all': measures, 'null_rates': null_rates, 'ranges': ranges, 'has_key': keys | length > 0}) }}
{% endmacro %}

{% macro _anomaly_measures(condition) %}
  {{ return([
    ['anomalies', 'count(case when ' ~ dbt_playbooks._enclosed(condition) ~ ' then 1 end)', 'coalesce(counted.anomalies, 0)'],
    ['anomaly_rate', none, 'counted.anomalies / nullif(counted.row_count, 0)']
  ]) }}
{% endmacro %}

{% macro _refuse_unless_number(relation, column) %}
  {%- set base = column.data_type | lower | replace('(', ' ') -%}
  {%- if base.split(' ')[0] not in [
    'int64', 'float64', 'numeric', 'bignumeric', 'tinyint', 'smallint', 'integer', 'int', 'bigint', 'hugeint', 'utinyint', 'usmallint',
    'uinteger', 'ubigint', 'uhugeint', 'bignum', 'float', 'real', 'double', 'decimal'
  ] or '[' in base -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: the metric '" ~ column.name ~ "' of " ~ relation ~ " is of type " ~ column.data_type
      ~ ", which is no number. A metric gets a min, max and avg. To count the NULLs of such a column, name it in columns.") }}
  {%- endif -%}
{% endmacro %}
