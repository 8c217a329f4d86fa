{#- The CTEs that put the rows of both sides beside each other by key: `judged`, with old_1, new_1 ... of the compared columns, key_1 ..., in_old and
    in_new (true or NULL), differs_1 ... and is_different. A comparison is what `_comparison` gives.

    `numbered` gives rows of one key a number each, in the order of their hashes, and joins by it too: duplicates do not multiply, and those that are
    the same on both sides meet. It costs a sort. -#}
{% macro _paired_rows_sql(comparison, numbered) %}
  {%- set sql -%}
{%- for side in ['old', 'new'] %}
{{ 'with ' if loop.first }}{{ side }}_side as (
  select
    {%- for key in comparison.key %}
    {{ key[side] }} as key_{{ loop.index }},
    {%- endfor %}
    {%- for column in comparison.columns %}
    {{ column[side] }} as {{ side }}_{{ loop.index }},
    {%- endfor %}
    {%- if numbered %}
    row_number() over (
      partition by {{ comparison.key | map(attribute=side) | join(', ') }}
      order by {{ dbt_playbooks._row_hash(dbt_playbooks._hashed(comparison.key + comparison.columns, side)) }}
    ) as copy_number,
    {%- endif %}
    true as in_{{ side }}
  from {{ comparison[side] }}
  {%- if comparison.where[side] %}
  where {{ comparison.where[side] }}
  {%- endif %}
),
{% endfor %}
paired as (
  select
    {%- for key in comparison.key %}
    coalesce(old_side.key_{{ loop.index }}, new_side.key_{{ loop.index }}) as key_{{ loop.index }},
    {%- endfor %}
    {%- for column in comparison.columns %}
    old_side.old_{{ loop.index }},
    new_side.new_{{ loop.index }},
    {%- endfor %}
    {%- if numbered %}
    coalesce(old_side.copy_number, new_side.copy_number) as copy_number,
    {%- endif %}
    old_side.in_old,
    new_side.in_new
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
