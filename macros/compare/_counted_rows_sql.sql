{#- One row that says how two sides differ, and shows some rows: the counts of `_counts_of`, and for each kind of `_kinds_of_rows` some rows (see `_sampled_sql`):
    {'key_1' ..., 'old_1', 'new_1' ..., 'differing'}. -#}
{% macro _counted_rows_sql(comparison, numbered, sample, counts=none) %}
  {%- set fields, key_names = {'differing': dbt_playbooks._true_labels(range(1, comparison.columns | length + 1) | list, 'differs_')}, [] -%}
  {%- for key in comparison.key -%}
    {%- do key_names.append('key_' ~ loop.index) -%}
    {%- do fields.update({'key_' ~ loop.index: dbt_playbooks._as_text('key_' ~ loop.index)}) -%}
  {%- endfor -%}
  {%- for column in comparison.columns -%}
    {%- set number = loop.index -%}
    {%- for side in ['old_', 'new_'] -%}
      {%- do fields.update({side ~ number: dbt_playbooks._as_text(side ~ number)}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- set sql -%}
{{ dbt_playbooks._paired_rows_sql(comparison, numbered) }}

select
  {%- for name, count in (counts or dbt_playbooks._counts_of(comparison, numbered)).items() %}
  {{ count }} as {{ name }},
  {%- endfor %}
  {%- for kind, condition in dbt_playbooks._kinds_of_rows().items() %}
  {{ dbt_playbooks._sampled_sql(condition, fields, key_names, sample) }} as sample_{{ loop.index }}{{ ',' if not loop.last }}
  {%- endfor %}
from judged
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- Names of counts to SQL over `judged`: of all rows, and of each column how many rows differ in it, how many of them are NULL on one side, and the greatest
    distance of two of its values as a text, where its values have one. -#}
{% macro _counts_of(comparison, numbered) %}
  {%- set missing = dbt_playbooks._has_no_key(comparison) -%}
  {%- set counts = {
    'matched': 'count(case when in_old and in_new then 1 end)', 'only_in_old': 'count(case when in_new is null then 1 end)',
    'only_in_new': 'count(case when in_old is null then 1 end)', 'differing': 'count(case when in_old and in_new and is_different then 1 end)',
    'old_without_key': 'count(case when in_old and ' ~ missing ~ ' then 1 end)', 'new_without_key': 'count(case when in_new and ' ~ missing ~ ' then 1 end)'
  } -%}
  {%- if numbered -%}
    {%- do counts.update(duplicate_keys='count(case when copy_number = 2 then 1 end)') -%}
  {%- endif -%}
  {%- for column in comparison.columns -%}
    {%- set old, new, differs = 'old_' ~ loop.index, 'new_' ~ loop.index, 'differs_' ~ loop.index -%}
    {%- set numbers = [] -%}
    {%- for value in [old, new] -%}
      {%- do numbers.append(dbt_playbooks._placed(dbt_playbooks._nearest_float(), value) if column.numbers else value) -%}
    {%- endfor -%}
    {%- set distance = adapter.dispatch('_distance', 'dbt_playbooks')(old=numbers[0], new=numbers[1], column=column) -%}
    {%- do counts.update({
      'differing_' ~ loop.index: 'count(case when ' ~ differs ~ ' then 1 end)',
      'half_null_' ~ loop.index: 'count(case when ' ~ differs ~ ' and (' ~ old ~ ' is null or ' ~ new ~ ' is null) then 1 end)',
      'distance_' ~ loop.index: dbt_playbooks._as_text('max(case when ' ~ differs ~ ' then ' ~ distance ~ ' end)' if distance else 'null')
    }) -%}
  {%- endfor -%}
  {%- do counts.update(within_tolerance=dbt_playbooks._count_within(comparison)) -%}
  {{ return(counts) }}
{% endmacro %}

{#- Rows that are the same only within the tolerance. -#}
{% macro _count_within(comparison) %}
  {%- set loose = [] -%}
  {%- for column in comparison.columns -%}
    {%- if column.tolerance is not none -%}
      {%- do loose.append('old_' ~ loop.index ~ ' is distinct from new_' ~ loop.index) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return('count(case when in_old and in_new and not is_different and (' ~ loose | join(' or ') ~ ') then 1 end)' if loose else '0') }}
{% endmacro %}

{#- How far two values lie apart: of numbers, of days and, in seconds, of moments; none for other values. -#}
{% macro duckdb___distance(old, new, column) %}
  {%- set greater, smaller = 'greatest(' ~ old ~ ', ' ~ new ~ ')', 'least(' ~ old ~ ', ' ~ new ~ ')' -%}
  {%- if column.family in ('integer', 'decimal') -%}
    {#- as a float where the type does not hold it -#}
    {{ return('coalesce(cast(try(' ~ greater ~ ' - ' ~ smaller ~ ') as double), cast(' ~ greater ~ ' as double) - cast(' ~ smaller ~ ' as double))') }}
  {%- elif column.family == 'float' -%}
    {{ return('case when isfinite(' ~ old ~ ') and isfinite(' ~ new ~ ') then ' ~ greater ~ ' - ' ~ smaller ~ ' end') }}
  {%- elif column.family == 'date' -%}
    {{ return("date_diff('day', " ~ smaller ~ ', ' ~ greater ~ ')') }}
  {%- elif column.family == 'timestamp' and 'timestamp_ns' not in [column.old_type, column.new_type] -%}
    {{ return('epoch(' ~ greater ~ ') - epoch(' ~ smaller ~ ')') }}
  {%- endif -%}
  {{ return(none) }}
{% endmacro %}

{% macro bigquery___distance(old, new, column) %}
  {%- set greater, smaller = 'greatest(' ~ old ~ ', ' ~ new ~ ')', 'least(' ~ old ~ ', ' ~ new ~ ')' -%}
  {%- if column.family in ('integer', 'decimal') -%}
    {{ return('cast(' ~ greater ~ ' as float64) - cast(' ~ smaller ~ ' as float64)') }}
  {%- elif column.family == 'float' -%}
    {{ return('case when not (is_nan(' ~ old ~ ') or is_nan(' ~ new ~ ') or is_inf(' ~ old ~ ') or is_inf(' ~ new ~ ')) then ' ~ greater ~ ' - ' ~ smaller ~ ' end') }}
  {%- elif column.family == 'date' -%}
    {{ return('date_diff(' ~ greater ~ ', ' ~ smaller ~ ', day)') }}
  {%- elif column.family == 'timestamp' -%}
    {{ return(dbt_playbooks.bigquery___common_type('timestamp', column.old_type, column.new_type) ~ '_diff(' ~ greater ~ ', ' ~ smaller ~ ', second)') }}
  {%- endif -%}
  {{ return(none) }}
{% endmacro %}
