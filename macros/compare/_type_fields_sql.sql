{#- CTEs that go from `listed` (columns of both tables) to `spelled`: a row a column and a row a field nested in it. Types are read as text: neither
    catalogue tells the order of nested fields otherwise, and DuckDB's has no list of them. Brackets are counted by windows: BigQuery takes a recursion
    only at the top of a query, where a test is not. -#}
{% macro _type_fields_sql() %}
  {%- set each_column, so_far = 'partition by is_old, column_position', 'order by token_number' -%}
  {%- set sql -%}
-- the words, quoted names, commas and brackets of each type
tokens as (
  {{ dbt_playbooks._type_tokens_sql() }}
),

placed as (
  select
    *,
    case when token in ('(', '<') then 1 else 0 end as opens,
    case when token in (')', '>') then 1 else 0 end as closes,
    sum(length(token)) over ({{ each_column }} {{ so_far }}) as ends_at,
    concat(' ', trim(lag(token) over ({{ each_column }} {{ so_far }}))) as word_before
  from tokens
),

-- a bracket is as deep as what is in it
bracketed as (
  select
    *,
    sum(opens - closes) over ({{ each_column }} {{ so_far }}) + closes as bracket_depth,
    case
      when opens = 0 then 0
      when right(word_before, 7) = ' STRUCT' or right(word_before, 6) = ' UNION' then 1
      when right(word_before, 4) = ' MAP' then 2
      else 0
    end as bracket_kind
  from placed
),

-- in what kind of bracket a token is: 1 holds named fields, 2 a map's key and value, 0 the digits of a decimal and the like
enclosed as (
  select
    *,
    mod(coalesce(max(case when opens = 1 then token_number * 4 + bracket_kind end) over (
      {{ each_column }}, bracket_depth {{ so_far }}
    ), 0), 4) as holder
  from bracketed
),

separated as (
  select
    *,
    holder > 0 and (opens = 1 or closes = 1 or token = ',') as is_separator,
    sum(case when holder > 0 then opens - closes else 0 end) over ({{ each_column }} {{ so_far }})
    + case when holder > 0 then closes else 0 end as field_depth
  from enclosed
),

-- a field begins behind the bracket or comma before it
owned as (
  select
    *,
    coalesce(max(case when is_separator and closes = 0 then ends_at end) over (
      {{ each_column }}, field_depth {{ so_far }}
    ), 0) as begins_at,
    min(case when is_separator then ends_at end) over (
      {{ each_column }}, field_depth {{ so_far }} rows between 1 following and unbounded following
    ) as next_separator_at
  from separated
),

-- what a field says of itself: its name and its type, without the fields inside
spelled as (
  select
    is_old,
    column_position,
    column_name,
    data_type,
    nullability,
    begins_at,
    coalesce(max(case when ends_at = begins_at then next_separator_at end), length(data_type) + 1) as ends_before,
    max(case when ends_at = begins_at and holder = 2 then case when opens = 1 then 'key' else 'value' end end) as map_part,
    trim(string_agg(case when is_separator then '' else token end, '' order by token_number)) as spelling
  from owned
  group by is_old, column_position, column_name, data_type, nullability, begins_at
)
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
