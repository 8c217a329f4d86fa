{#- Aggregates of each side by group, and the groups in which they differ. `fail: true` makes a difference an error. -#}
{% macro compare_aggregates(old_table, new_table, by=none, metrics='count(*)', tolerance=none, where=none, only_differences=true, fail=false) %}
  {%- set old, new = dbt_playbooks._relation(old_table), dbt_playbooks._relation(new_table) -%}
  {%- set asked = dbt_playbooks._asked_aggregates(by, metrics, tolerance, old, new) -%}
  {%- do dbt_playbooks._refuse_values_of_rows(asked.metrics, old) -%}
  {%- do dbt_playbooks._refuse_two_locations(old, new) -%}
  {%- set rows = dbt_playbooks._query(dbt_playbooks._compare_aggregates_sql(old, new, asked, where, only_differences)) -%}
  {%- set headers = asked.groups | map(attribute='label') | list -%}
  {%- for metric in asked.metrics -%}
    {%- do headers.extend(['old ' ~ metric.label, 'new ' ~ metric.label]) -%}
  {%- endfor -%}
  {%- do dbt_playbooks._print_table(
    headers + ['differing', 'status'], rows, exact=true,
    title='aggregates of ' ~ old ~ ' (old) and ' ~ new ~ ' (new)' ~ (', where they differ' if only_differences else '')
  ) -%}
  {%- set differing = dbt_playbooks._differing(rows) -%}
  {%- set warning = dbt_playbooks._last_digits_warning(asked, differing) -%}
  {%- if fail and differing -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.compare_aggregates: " ~ dbt_playbooks._differing_message(old, new, differing, asked.groups, 'aggregates') ~ (' ' ~ warning if warning else '')) }}
  {%- endif -%}
  {%- if warning -%}
    {%- do print('warning: ' ~ warning) -%}
  {%- endif -%}
  {{ return(rows) }}
{% endmacro %}

{% macro compare_aggregates_sql(old_table, new_table, by=none, metrics='count(*)', tolerance=none, where=none, only_differences=true) %}
  {%- set old, new = dbt_playbooks._relation(old_table), dbt_playbooks._relation(new_table) -%}
  {{ return(dbt_playbooks._compare_aggregates_sql(old, new, dbt_playbooks._asked_aggregates(by, metrics, tolerance, old, new), where, only_differences)) }}
{% endmacro %}

{#- {'groups' (see `_groups`), 'metrics' (see `_metrics`, each with the names of its columns in the result: 'old_name', 'new_name')}. -#}
{% macro _asked_aggregates(by, metrics, tolerance, old, new) %}
  {%- set measures, taken = dbt_playbooks._metrics(metrics, tolerance, old, new), ['differing', 'status'] -%}
  {%- for metric in measures -%}
    {%- for side in ['old', 'new'] -%}
      {%- do metric.update({side ~ '_name': dbt_playbooks._free_name(side ~ '_' ~ metric.label, 'metric_', taken)}) -%}
      {%- do taken.append(metric[side ~ '_name'] | lower) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return({'groups': dbt_playbooks._groups(by, old, new, taken), 'metrics': measures}) }}
{% endmacro %}

{#- What is said when floats differ in their last digits only: their sum depends on the order of the rows. '' when none does. -#}
{% macro _last_digits_warning(asked, differing) %}
  {%- set close = [] -%}
  {%- for row in differing if row[-1] == 'differs' -%}
    {%- for metric in asked.metrics if metric.tolerance is none and metric.label not in close -%}
      {%- set old, new = row[asked.groups | length + 2 * loop.index0], row[asked.groups | length + 2 * loop.index0 + 1] -%}
      {%- if old is number and new is number and '.' in old | string and old != new and (old | float) | abs < 1e300 and (old | float - new | float) | abs <= 1e-9 * ((old | float) | abs) -%}
        {%- do close.append(metric.label) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- if not close -%}
    {{ return('') }}
  {%- endif -%}
  {{ return(close | join(', ') ~ ' differ by less than a billionth of their size in some groups. A sum of floats depends on the order in which rows are read: if that is all, give a tolerance, for example tolerance: {'
    ~ close[0] ~ ': {relative: 0.000000001}}.') }}
{% endmacro %}

{#- Both sides below each other, and then each group once: no join, as in `_compare_row_counts_sql`. The count makes a warehouse refuse metrics that
    are no aggregates; without a group a side would have many rows, and the greatest of them would be compared. -#}
{% macro _compare_aggregates_sql(old, new, asked, where, only_differences) %}
  {%- set groups, metrics = asked.groups, asked.metrics -%}
  {%- set sql -%}
with aggregated as (
{%- for side in ['old', 'new'] %}
  {%- set table = old if side == 'old' else new %}
  select
    {%- for group in groups %}
    {{ group[side] }} as group_{{ loop.index }},
    {%- endfor %}
    {%- for metric in metrics %}
    {{ metric.expression }} as metric_{{ loop.index }},
    {%- endfor %}
    count(*) as row_count,
    {{ 'true' if loop.first else 'false' }} as is_old
  from {{ table }}
  {%- set condition = dbt_playbooks._where_of(table, where) %}
  {%- if condition %}
  where {{ condition }}
  {%- endif %}
  {%- if groups %}
  group by {{ range(1, groups | length + 1) | join(', ') }}
  {%- endif %}
  {%- if loop.first %}
  union all
  {%- endif %}
{%- endfor %}
),

paired as (
  select
    {%- for group in groups %}
    group_{{ loop.index }},
    {%- endfor %}
    {%- for metric in metrics %}
    max(case when is_old then metric_{{ loop.index }} end) as old_{{ loop.index }},
    max(case when not is_old then metric_{{ loop.index }} end) as new_{{ loop.index }},
    {%- endfor %}
    max(case when is_old then 1 else 0 end) as in_old,
    max(case when is_old then 0 else 1 end) as in_new
  from aggregated
  {%- if groups %}
  group by {{ range(1, groups | length + 1) | join(', ') }}
  {%- endif %}
),

judged as (
  select
    *,
    {%- for metric in metrics %}
    {{ dbt_playbooks._beyond('old_' ~ loop.index, 'new_' ~ loop.index, metric.tolerance) }} as differs_{{ loop.index }}{{ ',' if not loop.last }}
    {%- endfor %}
  from paired
),

compared as (
  select
    *,
    {{ dbt_playbooks._true_labels(metrics | map(attribute='label') | list, 'differs_') }} as differing,
    case
      when in_new = 0 then 'only in old'
      when in_old = 0 then 'only in new'
      when {% for metric in metrics %}{{ ' or ' if not loop.first }}differs_{{ loop.index }}{% endfor %} then 'differs'
      else 'same'
    end as status
  from judged
)

select
  {%- for group in groups %}
  group_{{ loop.index }} as {{ group.name }},
  {%- endfor %}
  {%- for metric in metrics %}
  old_{{ loop.index }} as {{ dbt_playbooks._quoted(metric.old_name) }},
  new_{{ loop.index }} as {{ dbt_playbooks._quoted(metric.new_name) }},
  {%- endfor %}
  differing,
  status
from compared
{%- if only_differences %}
where status <> 'same'
{%- endif %}
{%- if groups %}
order by {{ dbt_playbooks._ordinals(groups) }}
{%- endif %}
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
