{#- How many rows each side has, in all or by group. `fail: true` makes a difference an error. -#}
{% macro compare_row_counts(old_table, new_table, by=none, where=none, fail=false) %}
  {%- set old, new = dbt_playbooks._relation(old_table), dbt_playbooks._relation(new_table) -%}
  {%- set groups = dbt_playbooks._counted_groups(by, old, new) -%}
  {%- do dbt_playbooks._refuse_two_locations(old, new) -%}
  {%- set rows = dbt_playbooks._query(dbt_playbooks._compare_row_counts_sql(old, new, groups, where, false)) -%}
  {%- set differing = dbt_playbooks._differing(rows) -%}
  {%- set title = 'rows of ' ~ old ~ ' (old) and ' ~ new ~ ' (new)' -%}
  {%- do dbt_playbooks._print_table(
    groups | map(attribute='label') | list + ['old_rows', 'new_rows', 'difference', 'status'], rows, title=title
  ) -%}
  {%- if fail and differing -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.compare_row_counts: " ~ dbt_playbooks._differing_message(old, new, differing, groups, 'row counts')) }}
  {%- endif -%}
  {{ return(rows) }}
{% endmacro %}

{% macro compare_row_counts_sql(old_table, new_table, by=none, where=none) %}
  {%- set old, new = dbt_playbooks._relation(old_table), dbt_playbooks._relation(new_table) -%}
  {{ return(dbt_playbooks._compare_row_counts_sql(old, new, dbt_playbooks._counted_groups(by, old, new), where, false)) }}
{% endmacro %}

{% macro _counted_groups(by, old, new) %}
  {{ return(dbt_playbooks._groups(by, old, new, ['old_rows', 'new_rows', 'difference', 'status'])) }}
{% endmacro %}

{#- Both sides below each other, counted again: no join, so that a group of one side, and the group of NULL, stay. -#}
{% macro _compare_row_counts_sql(old, new, groups, where, only_differences) %}
  {%- set sql -%}
with counted as (
{%- for side in ['old', 'new'] %}
  select
    {%- for group in groups %}
    {{ group[side] }} as group_{{ loop.index }},
    {%- endfor %}
    {{ 'count(*)' if side == 'old' else '0' }} as old_rows,
    {{ '0' if side == 'old' else 'count(*)' }} as new_rows
  from {{ old if side == 'old' else new }}
  {%- set condition = dbt_playbooks._where_of(old if side == 'old' else new, where) %}
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

compared as (
  select
    {%- for group in groups %}
    group_{{ loop.index }},
    {%- endfor %}
    sum(old_rows) as old_rows,
    sum(new_rows) as new_rows,
    sum(new_rows) - sum(old_rows) as difference
  from counted
  {%- if groups %}
  group by {{ range(1, groups | length + 1) | join(', ') }}
  {%- endif %}
)

select
  {%- for group in groups %}
  group_{{ loop.index }} as {{ group.name }},
  {%- endfor %}
  old_rows,
  new_rows,
  difference,
  case
    when difference = 0 then 'same'
    when new_rows = 0 then 'only in old'
    when old_rows = 0 then 'only in new'
    else 'differs'
  end as status
from compared
{%- if only_differences %}
where difference <> 0
{%- endif %}
{%- if groups %}
order by {{ dbt_playbooks._ordinals(groups) }}
{%- endif %}
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
