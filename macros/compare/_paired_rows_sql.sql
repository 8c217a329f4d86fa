{#- The CTEs that put the rows of both sides beside each other by key: `judged`, with old_1, new_1 ... of the compared columns, key_1 ..., in_old and
    in_new (true or NULL), differs_1 ... and is_different. A comparison is what `_comparison` gives.

    `numbered` gives rows of one key a number each and joins by it, too, so that duplicates do not multiply (see `_numbered_sides_sql`). It costs sorts. -#}
{% macro _paired_rows_sql(comparison, numbered) %}
  {%- set sql -%}
{{ dbt_playbooks._numbered_sides_sql(comparison) if numbered else dbt_playbooks._plain_sides_sql(comparison) }}

paired as (
  select
    {%- for key in comparison.key %}
    coalesce(old_side.key_{{ loop.index }}, new_side.key_{{ loop.index }}) as key_{{ loop.index }},
    {%- endfor %}
    {%- for column in comparison.columns %}
    old_side.value_{{ loop.index }} as old_{{ loop.index }},
    new_side.value_{{ loop.index }} as new_{{ loop.index }},
    {%- endfor %}
    {%- if numbered %}
    coalesce(old_side.copy_number, new_side.copy_number) as copy_number,
    {%- endif %}
    old_side.is_there as in_old,
    new_side.is_there as in_new
  from old_side
  full outer join new_side
  on
    {% for key in comparison.key %}{{ '\n    and ' if not loop.first }}old_side.key_{{ loop.index }} = new_side.key_{{ loop.index }}{% endfor %}
    {%- if numbered %}
    and old_side.copy_number = new_side.copy_number
    {%- endif %}
),

compared as (
  select
    *
    {%- for column in comparison.columns %},
    in_old and in_new and {{ dbt_playbooks._beyond('old_' ~ loop.index, 'new_' ~ loop.index, column.tolerance) }} as differs_{{ loop.index }}
    {%- endfor %}
  from paired
),

judged as (
  select
    *,
    in_old is null
    or in_new is null
    {%- for column in comparison.columns %}
    or differs_{{ loop.index }}
    {%- endfor %} as is_different
  from compared
)
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- A row as it is compared: key_1 ..., value_1 ... -#}
{% macro _values_of_side(comparison, side) %}
  {%- set values = [] -%}
  {%- for key in comparison.key -%}
    {%- do values.append(key[side] ~ ' as key_' ~ loop.index) -%}
  {%- endfor -%}
  {%- for column in comparison.columns -%}
    {%- do values.append(column[side] ~ ' as value_' ~ loop.index) -%}
  {%- endfor -%}
  {{ return(values | join(',\n    ')) }}
{% endmacro %}

{% macro _plain_sides_sql(comparison) %}
  {%- set sql -%}
{%- for side in ['old', 'new'] %}
{{ 'with ' if loop.first }}{{ side }}_side as (
  select
    {{ dbt_playbooks._values_of_side(comparison, side) }},
    true as is_there
  from {{ comparison[side] }}
  {%- if comparison.where[side] %}
  where {{ comparison.where[side] }}
  {%- endif %}
),
{% endfor %}
  {%- endset -%}
  {{ return(sql.strip()) }}
{% endmacro %}

{#- Rows of one key are numbered so that those that are the same on both sides meet; then, where there is a tolerance, those that are the same but for the columns
    that have one, in the order of their values; and then what is left. -#}
{% macro _numbered_sides_sql(comparison) %}
  {%- set keys, exact, loose, order = [], [], [], [] -%}
  {%- for key in comparison.key -%}
    {%- do keys.append('key_' ~ loop.index) -%}
  {%- endfor -%}
  {%- for column in comparison.columns -%}
    {%- if column.tolerance is none -%}
      {%- do exact.append(column) -%}
    {%- else -%}
      {%- do loose.append(column) -%}
      {%- do order.append('value_' ~ loop.index) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set steps = [{'hash': 'row_hash', 'order': []}] + ([{'hash': 'exact_hash', 'order': order}] if loose else []) -%}
  {%- set sql -%}
with both_sides as (
{%- for side in ['old', 'new'] %}
  select
    {{ dbt_playbooks._values_of_side(comparison, side) }},
    {{ dbt_playbooks._row_hash(dbt_playbooks._hashed(comparison.key + comparison.columns, side)) }} as row_hash,
    {%- if loose %}
    {{ dbt_playbooks._row_hash(dbt_playbooks._hashed(comparison.key + exact, side)) }} as exact_hash,
    {%- endif %}
    {{ 'true' if side == 'old' else 'false' }} as is_old
  from {{ comparison[side] }}
  {%- if comparison.where[side] %}
  where {{ comparison.where[side] }}
  {%- endif %}
  {%- if loop.first %}
  union all
  {%- endif %}
{%- endfor %}
),
{% for step in steps %}
{%- set number, before = loop.index, 'both_sides' if loop.first else 'met_' ~ (loop.index - 1) %}
{%- set part = 'partition by ' ~ (keys + [step.hash] + (['is_met_1'] if number == 2 else [])) | join(', ') %}
copies_{{ number }} as (
  select
    *,
    row_number() over ({{ part }}, is_old order by {{ step.order | join(', ') if step.order else step.hash }}) as copy_{{ number }},
    count(case when is_old then 1 end) over ({{ part }}) as old_copies_{{ number }},
    count(case when not is_old then 1 end) over ({{ part }}) as new_copies_{{ number }}
  from {{ before }}
),

met_{{ number }} as (
  select
    *,
    {{ 'is_met_1 or ' if number == 2 }}copy_{{ number }} <= least(old_copies_{{ number }}, new_copies_{{ number }}) as is_met_{{ number }}
  from copies_{{ number }}
),
{% endfor %}
numbered as (
  select
    *,
    row_number() over (
      partition by {{ keys | join(', ') }}, is_old
      order by
        case when is_met_1 then 0 {{ 'when is_met_2 then 1 ' if loose }}else 2 end,
        case when is_met_1 then row_hash end,
        {%- if loose %}
        case when is_met_2 then exact_hash end,
        {%- endif %}
        {{ 'copy_2' if loose else 'copy_1' }}
    ) as copy_number
  from met_{{ steps | length }}
),
{% for side in ['old', 'new'] %}
{{ side }}_side as (
  select
    {%- for key in keys %}
    {{ key }},
    {%- endfor %}
    {%- for column in comparison.columns %}
    value_{{ loop.index }},
    {%- endfor %}
    copy_number,
    true as is_there
  from numbered
  where {{ 'is_old' if side == 'old' else 'not is_old' }}
),
{% endfor %}
  {%- endset -%}
  {{ return(sql.strip()) }}
{% endmacro %}

{#- What is true of a row of `judged` whose key holds NULL: it belongs to no other row. -#}
{% macro _has_no_key(comparison) %}
  {%- set conditions = [] -%}
  {%- for key in comparison.key -%}
    {%- do conditions.append('key_' ~ loop.index ~ ' is null') -%}
  {%- endfor -%}
  {{ return('(' ~ conditions | join(' or ') ~ ')') }}
{% endmacro %}

{#- A word for each differing row of `judged`. -#}
{% macro _status_of_row(comparison) %}
  {%- set sql -%}
case
    when {{ dbt_playbooks._has_no_key(comparison) }} then 'key is null'
    when in_new is null then 'only in old'
    when in_old is null then 'only in new'
    else 'differs'
  end
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
