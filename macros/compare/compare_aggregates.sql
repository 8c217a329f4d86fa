{#- Aggregates of each side by group, and the groups in which they differ. `fail: true` makes a difference an error. -#}
{% macro compare_aggregates(old_table, new_table, by=none, metrics='count(*)', tolerance=none, where=none, only_differences=true, fail=false) %}
  {%- set old, new = dbt_playbooks._relation(old_table), dbt_playbooks._relation(new_table) -%}
  {%- set groups, measures = dbt_playbooks._groups(by, old, new), dbt_playbooks._metrics(metrics, tolerance, old, new) -%}
  {%- do dbt_playbooks._refuse_values_of_rows(measures, old) -%}
  {%- do dbt_playbooks._refuse_two_locations(old, new) -%}
  {%- set rows = dbt_playbooks._query(dbt_playbooks._compare_aggregates_sql(old, new, groups, measures, where, only_differences)) -%}
  {%- set headers = groups | map(attribute='label') | list -%}
  {%- for metric in measures -%}
    {%- do headers.extend(['old ' ~ metric.label, 'new ' ~ metric.label]) -%}
  {%- endfor -%}
  {%- do dbt_playbooks._print_table(
    headers + ['differing', 'status'], rows,
    title='aggregates of ' ~ old ~ ' (old) and ' ~ new ~ ' (new)' ~ (', where they differ' if only_differences else '')
  ) -%}
  {%- set differing = dbt_playbooks._differing(rows) -%}
  {%- if fail and differing -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.compare_aggregates: " ~ dbt_playbooks._differing_message(old, new, differing, groups, 'aggregates')) }}
  {%- endif -%}
  {{ return(rows) }}
{% endmacro %}

{% macro compare_aggregates_sql(old_table, new_table, by=none, metrics='count(*)', tolerance=none, where=none, only_differences=true) %}
  {%- set old, new = dbt_playbooks._relation(old_table), dbt_playbooks._relation(new_table) -%}
  {{ return(dbt_playbooks._compare_aggregates_sql(
    old, new, dbt_playbooks._groups(by, old, new), dbt_playbooks._metrics(metrics, tolerance, old, new), where, only_differences
  )) }}
{% endmacro %}

{#- Both sides below each other, and then each group once: no join, as in `_compare_row_counts_sql`. The count makes a warehouse refuse metrics that
    are no aggregates; without a group a side would have many rows, and the greatest of them would be compared. -#}
{% macro _compare_aggregates_sql(old, new, groups, metrics, where, only_differences) %}
  {%- set sql -%}
with aggregated as (
{%- for side in [old, new] %}
  select
    {%- for group in groups %}
    {{ group.named }},
    {%- endfor %}
    {%- for metric in metrics %}
    {{ metric.expression }} as metric_{{ loop.index }},
    {%- endfor %}
    count(*) as row_count,
    {{ 'true' if loop.first else 'false' }} as is_old
  from {{ side }}
  {%- set condition = dbt_playbooks._where_of(side, where) %}
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
    {{ group.name }},
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
    {%- for group in groups %}
    {{ group.name }},
    {%- endfor %}
    {%- for metric in metrics %}
    old_{{ loop.index }} as {{ adapter.quote('old_' ~ metric.label) }},
    new_{{ loop.index }} as {{ adapter.quote('new_' ~ metric.label) }},
    {%- endfor %}
    {{ dbt_playbooks._true_labels(metrics | map(attribute='label') | list, 'differs_') }} as differing,
    case
      when in_new = 0 then 'only in old'
      when in_old = 0 then 'only in new'
      when {% for metric in metrics %}{{ ' or ' if not loop.first }}differs_{{ loop.index }}{% endfor %} then 'differs'
      else 'same'
    end as status
  from judged
)

select *
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
