{#- From the catalogues to the differences; see the macros that it calls, in the order of the query. -#}
{% macro _compare_schemas_sql(old, new, rename) %}
  {%- set sql -%}
with listed as (
  {{- dbt_playbooks._catalogue_sql(old, 'true as is_old') }}
  union all
  {{- dbt_playbooks._catalogue_sql(new, 'false as is_old') }}
),

{{ dbt_playbooks._type_fields_sql() }},

{{ dbt_playbooks._field_paths_sql(rename) }},

{{ dbt_playbooks._field_order_sql() }},

kinds as (
  {%- for kind in ['added', 'removed', 'retyped', 'moved', 'nullability'] %}
  select '{{ kind }}' as difference, {{ loop.index }} as kind_number
  {%- if not loop.last %}
  union all
  {%- endif %}
  {%- endfor %}
),

asked as (
  select
    placed_fields.*,
    kinds.difference,
    kinds.kind_number
  from placed_fields
  cross join kinds
),

-- a field of a field that only one side has is told with it
differences as (
  select
    case when new_field_path is null then 1 else 0 end as is_gone,
    coalesce(new_column_position, old_column_position) as column_position,
    coalesce(new_begins_at, old_begins_at) as begins_at,
    kind_number,
    coalesce(new_field_path, old_field_path) as column_name,
    difference,
    {%- for side in ['old', 'new'] %}
    case difference
      when 'moved' then coalesce('after ' || {{ side }}_neighbour, 'at the front')
      when 'nullability' then {{ side }}_nullability
      when 'retyped' then coalesce(case when old_own_type <> old_whole_type and new_own_type <> new_whole_type then {{ side }}_own_type end, {{ side }}_whole_type)
      else {{ side }}_whole_type
    end as {{ side }}_value{{ ',' if not loop.last }}
    {%- endfor %}
  from asked
  where
    (parent_key = '' or (old_siblings > 0 and new_siblings > 0))
    and case difference
      when 'added' then old_field_path is null
      when 'removed' then new_field_path is null
      when 'retyped' then old_own_type <> new_own_type
      when 'moved' then not stays
      else old_nullability <> new_nullability
    end
),

{{ dbt_playbooks._table_differences_sql(rename) }}

select
  column_name,
  difference,
  old_value,
  new_value
from (
  select * from differences
  union all
  select * from table_differences
) as all_differences
order by is_gone, column_position, begins_at, kind_number
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
