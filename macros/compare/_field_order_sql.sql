{#- CTEs that go from `fields` to `placed_fields`: a row a column or field of either side, with what each side says of it, and whether it stays among those that
    both sides have. Of two that have changed places the one that has changed places with more others has moved; who is left when those that stay, and
    those that these show to have moved, are taken out, is asked once more. So one column that moved is one, however far it went. -#}
{% macro _field_order_sql() %}
  {%- set one, other = 'partition by parent_key, path_key', 'partition by parent_key, other_rank' -%}
  {%- set sql -%}
paired as (
  select
    parent_key,
    path_key,
    count(distinct is_old) = 2 as is_common,
    {%- for side, condition in [['old', 'is_old'], ['new', 'not is_old']] %}
    {%- for column in ['field_path', 'column_position', 'begins_at', 'nullability', 'own_type', 'whole_type'] %}
    max(case when {{ condition }} then {{ column }} end) as {{ side }}_{{ column }}{{ ',' if side == 'old' or not loop.last }}
    {%- endfor %}
    {%- endfor %}
  from fields
  group by parent_key, path_key
),

ranked as (
  select
    *,
    count(old_field_path) over (partition by parent_key) as old_siblings,
    count(new_field_path) over (partition by parent_key) as new_siblings,
    {%- for side in ['old', 'new'] %}
    case when is_common then row_number() over (partition by parent_key, is_common order by {{ side }}_column_position, {{ side }}_begins_at) end as {{ side }}_rank{{ ',' if not loop.last }}
    {%- endfor %}
  from paired
),

-- each with every one it has changed places with; a state is 0 while it is open, 1 when it stays, 2 when it has moved
settled_0 as (
  select
    one.*,
    other.old_rank as other_rank,
    0 as one_state_0,
    0 as other_state_0
  from ranked as one
  left join ranked as other
  on
    one.parent_key = other.parent_key
    and sign(one.old_rank - other.old_rank) * sign(one.new_rank - other.new_rank) < 0
),
{%- for round in [1, 2] %}
{%- set before = round - 1 %}
{%- set both_open = 'one_state_' ~ before ~ ' = 0 and other_state_' ~ before ~ ' = 0' %}

-- with how many others each has changed places; its rank decides between equals
crossed_{{ round }} as (
  select
    *,
    {%- for side, window, rank in [['one', one, 'old_rank'], ['other', other, 'other_rank']] %}
    sum(case when {{ both_open }} then 1000000 else 0 end) over ({{ window }}) + {{ rank }} as {{ side }}_weight_{{ round }}{{ ',' if not loop.last }}
    {%- endfor %}
  from settled_{{ before }}
),

chosen_{{ round }} as (
  select
    *,
    {%- for side, opposite, window in [['one', 'other', one], ['other', 'one', other]] %}
    min(case when {{ both_open }} and {{ opposite }}_weight_{{ round }} < {{ side }}_weight_{{ round }} then 0 else 1 end) over ({{ window }}) as {{ side }}_chosen_{{ round }}{{ ',' if not loop.last }}
    {%- endfor %}
  from crossed_{{ round }}
),

settled_{{ round }} as (
  select
    *,
    {%- for side, opposite, window in [['one', 'other', one], ['other', 'one', other]] %}
    case
      when {{ side }}_state_{{ before }} > 0 then {{ side }}_state_{{ before }}
      when {{ side }}_chosen_{{ round }} = 1 then 1
      when max({{ opposite }}_chosen_{{ round }} * (1 - least({{ opposite }}_state_{{ before }}, 1))) over ({{ window }}) = 1 then 2
      else 0
    end as {{ side }}_state_{{ round }}{{ ',' if not loop.last }}
    {%- endfor %}
  from chosen_{{ round }}
),
{%- endfor %}

copied as (
  select
    *,
    old_rank is null or one_state_2 = 1 as stays,
    row_number() over ({{ one }} order by other_rank) as copy_number
  from settled_2
),

placed_fields as (
  select
    *,
    {%- for side in ['old', 'new'] %}
    last_value(case when stays and old_rank is not null then {{ side }}_field_path end ignore nulls) over (
      partition by parent_key order by {{ side }}_rank rows between unbounded preceding and 1 preceding
    ) as {{ side }}_neighbour{{ ',' if not loop.last }}
    {%- endfor %}
  from copied
  where copy_number = 1
)
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
