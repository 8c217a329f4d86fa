{#- Without a key: every row that one side has more often than the other, with how often each has it. -#}
{% macro _differing_copies_sql(comparison) %}
  {%- set sql -%}
{{ dbt_playbooks._copies_sql(comparison) }}

select
  {%- for column in comparison.columns %}
  column_{{ loop.index }} as {{ dbt_playbooks._quoted(dbt_playbooks._free_name(column.label, 'column_', ['old_copies', 'new_copies', 'status'])) }},
  {%- endfor %}
  old_copies,
  new_copies,
  {{ dbt_playbooks._status_of_copies() }} as status
from copies
where old_copies <> new_copies
order by {{ range(1, comparison.columns | length + 1) | join(', ') }}
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{% macro _copies_sql(comparison) %}
  {%- set numbers = range(1, comparison.columns | length + 1) -%}
  {%- set sql -%}
with both_sides as (
{%- for side in ['old', 'new'] %}
  select
    {%- for column in comparison.columns %}
    {{ column[side] }} as column_{{ loop.index }},
    {%- endfor %}
    {{ '1' if side == 'old' else '0' }} as is_old
  from {{ comparison[side] }}
  {%- if comparison.where[side] %}
  where {{ comparison.where[side] }}
  {%- endif %}
  {%- if loop.first %}
  union all
  {%- endif %}
{%- endfor %}
),

copies as (
  select
    {%- for number in numbers %}
    column_{{ number }},
    {%- endfor %}
    sum(is_old) as old_copies,
    count(*) - sum(is_old) as new_copies
  from both_sides
  group by {{ numbers | join(', ') }}
)
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- The words for rows that one side has more often, to what is true of them. -#}
{% macro _kinds_of_copies() %}
  {{ return({'more often': 'old_copies <> new_copies and old_copies > 0 and new_copies > 0', 'only in old': 'new_copies = 0', 'only in new': 'old_copies = 0'}) }}
{% endmacro %}

{% macro _status_of_copies() %}
  {{ return("case when new_copies = 0 then 'only in old' when old_copies = 0 then 'only in new' else 'more often' end") }}
{% endmacro %}

{#- The same counted, as a mapping like that of `_counted_rows`. -#}
{% macro _counted_copies(scope, sample) %}
  {%- set comparison = scope.within -%}
  {%- set row = dbt_playbooks._query(dbt_playbooks._counted_copies_sql(comparison, sample))[0] -%}
  {%- set rows = [] -%}
  {%- for kind in dbt_playbooks._kinds_of_copies() -%}
    {%- for each in dbt_playbooks._read_sampled(row[2 + loop.index0]) -%}
      {%- set columns = {} -%}
      {%- for column in comparison.columns -%}
        {%- do columns.update({column.label: each['column_' ~ loop.index]}) -%}
      {%- endfor -%}
      {%- do rows.append({'row': columns, 'status': kind, 'old_copies': each.old_copies, 'new_copies': each.new_copies}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- set only_in_old, only_in_new = row[0] | int, row[1] | int -%}
  {{ return({'matched': scope.old_rows - only_in_old, 'only_in_old': only_in_old, 'only_in_new': only_in_new, 'sample': rows}) }}
{% endmacro %}

{% macro _counted_copies_sql(comparison, sample) %}
  {%- set fields, names = {'old_copies': 'old_copies', 'new_copies': 'new_copies'}, [] -%}
  {%- for column in comparison.columns -%}
    {%- do names.append('column_' ~ loop.index) -%}
    {%- do fields.update({'column_' ~ loop.index: dbt_playbooks._as_text('column_' ~ loop.index)}) -%}
  {%- endfor -%}
  {%- set sql -%}
{{ dbt_playbooks._copies_sql(comparison) }}

select
  coalesce(sum(greatest(old_copies - new_copies, 0)), 0) as only_in_old,
  coalesce(sum(greatest(new_copies - old_copies, 0)), 0) as only_in_new,
  {%- for kind, condition in dbt_playbooks._kinds_of_copies().items() %}
  {{ dbt_playbooks._sampled_sql(condition, fields, names, sample) }} as sample_{{ loop.index }}{{ ',' if not loop.last }}
  {%- endfor %}
from copies
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
