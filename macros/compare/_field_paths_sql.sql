{#- CTEs that go from `spelled` to `fields`, which have a path each; `path_key` is what the sides are paired by. -#}
{% macro _field_paths_sql(rename) %}
  {%- set sql -%}
named as (
  select
    *,
    case
      when begins_at = 0 then column_name
      when map_part is not null then map_part
      else regexp_extract(spelling, {{ dbt_playbooks._pattern('^(?:\\x22(?:[^\\x22]|\\x22\\x22)*\\x22|\\x60[^\\x60]*\\x60|\\S+)') }})
    end as spelled_name,
    trim(substr(data_type, cast(begins_at as {{ dbt.type_int() }}) + 1, cast(ends_before - begins_at as {{ dbt.type_int() }}) - 1)) as whole
  from spelled
),

typed as (
  select
    *,
    case when begins_at = 0 or map_part is not null then spelling else trim(substr(spelling, length(spelled_name) + 1)) end as own_type,
    case when begins_at = 0 or map_part is not null then whole else trim(substr(whole, length(spelled_name) + 1)) end as whole_type,
    case
      when begins_at > 0 and substr(spelled_name, 1, 1) in ('"', '`')
        then replace(substr(spelled_name, 2, length(spelled_name) - 2), '""', '"')
      else spelled_name
    end as field_name
  from named
),

stepped as (
  select
    *,
    {{ dbt_playbooks._path_step('field_name') }} as step,
    {{ dbt_playbooks._name_key(dbt_playbooks._path_step('field_name')) }} as own_key
  from typed
),

keyed as (
  select
    *,
    {{ dbt_playbooks._new_name('own_key', rename, 'is_old and begins_at = 0') }} as step_key
  from stepped
),

fields as (
  select
    field.is_old,
    field.column_position,
    field.begins_at,
    field.nullability,
    field.own_type,
    field.whole_type,
    string_agg(holder.step, '.' order by holder.begins_at) as field_path,
    string_agg(holder.step_key, '.' order by holder.begins_at) as path_key,
    coalesce(string_agg(case when holder.begins_at < field.begins_at then holder.step_key end, '.' order by holder.begins_at), '') as parent_key
  from keyed as field
  inner join keyed as holder
  on
    field.is_old = holder.is_old and field.column_position = holder.column_position
    and field.begins_at >= holder.begins_at and field.ends_before <= holder.ends_before
  group by field.is_old, field.column_position, field.begins_at, field.nullability, field.own_type, field.whole_type
)
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- A name as a part of a path: in quotes when it holds a dot or a quote. -#}
{% macro _path_step(name) %}
  {{ return("case when regexp_replace(" ~ name ~ ", '[.\"]', '') = " ~ name ~ " then " ~ name ~ " else concat('\"', replace(" ~ name ~ ", '\"', '\"\"'), '\"') end") }}
{% endmacro %}
