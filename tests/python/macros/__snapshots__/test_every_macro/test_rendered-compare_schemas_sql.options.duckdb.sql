with listed as (
  select
    true as is_old,
    listed.column_name,
    listed.column_index as column_position,
    listed.data_type,
    case
      when known.view_name is not null then null
      when listed.is_nullable then 'nullable'
      else 'not null'
    end as nullability
  from duckdb_columns() as listed
  left join duckdb_views() as known
  on
    listed.database_name = known.database_name and listed.schema_name = known.schema_name and listed.table_name = known.view_name
  where
    lower(listed.database_name) = lower('memory') and lower(listed.schema_name) = lower('dbt_test')
    and lower(listed.table_name) = lower('archive')
  union all
  select
    false as is_old,
    listed.column_name,
    listed.column_index as column_position,
    listed.data_type,
    case
      when known.view_name is not null then null
      when listed.is_nullable then 'nullable'
      else 'not null'
    end as nullability
  from duckdb_columns() as listed
  left join duckdb_views() as known
  on
    listed.database_name = known.database_name and listed.schema_name = known.schema_name and listed.table_name = known.view_name
  where
    lower(listed.database_name) = lower('memory') and lower(listed.schema_name) = lower('dbt_test')
    and lower(listed.table_name) = lower('events')
),

-- the words, quoted names, commas and brackets of each type
tokens as (
  select
    *,
    unnest(regexp_extract_all(data_type, '\x22(?:[^\x22]|\x22\x22)*\x22|\x27(?:[^\x27]|\x27\x27)*\x27|\x60[^\x60]*\x60|[(),<>]|[^(),<>\x22\x27\x60]+|.')) as token,
    generate_subscripts(regexp_extract_all(data_type, '\x22(?:[^\x22]|\x22\x22)*\x22|\x27(?:[^\x27]|\x27\x27)*\x27|\x60[^\x60]*\x60|[(),<>]|[^(),<>\x22\x27\x60]+|.'), 1) as token_number
  from listed
),

placed as (
  select
    *,
    case when token in ('(', '<') then 1 else 0 end as opens,
    case when token in (')', '>') then 1 else 0 end as closes,
    sum(length(token)) over (partition by is_old, column_position order by token_number) as ends_at,
    concat(' ', trim(lag(token) over (partition by is_old, column_position order by token_number))) as word_before
  from tokens
),

-- a bracket is as deep as what is in it
bracketed as (
  select
    *,
    sum(opens - closes) over (partition by is_old, column_position order by token_number) + closes as bracket_depth,
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
      partition by is_old, column_position, bracket_depth order by token_number
    ), 0), 4) as holder
  from bracketed
),

separated as (
  select
    *,
    holder > 0 and (opens = 1 or closes = 1 or token = ',') as is_separator,
    sum(case when holder > 0 then opens - closes else 0 end) over (partition by is_old, column_position order by token_number)
    + case when holder > 0 then closes else 0 end as field_depth
  from enclosed
),

-- a field begins behind the bracket or comma before it
owned as (
  select
    *,
    coalesce(max(case when is_separator and closes = 0 then ends_at end) over (
      partition by is_old, column_position, field_depth order by token_number
    ), 0) as begins_at,
    min(case when is_separator then ends_at end) over (
      partition by is_old, column_position, field_depth order by token_number rows between 1 following and unbounded following
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
),

named as (
  select
    *,
    case
      when begins_at = 0 then column_name
      when map_part is not null then map_part
      else regexp_extract(spelling, '^(?:\x22(?:[^\x22]|\x22\x22)*\x22|\x60[^\x60]*\x60|\S+)')
    end as spelled_name,
    trim(substr(data_type, cast(begins_at as integer) + 1, cast(ends_before - begins_at as integer) - 1)) as whole
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
    case when regexp_replace(field_name, '[."]', '') = field_name then field_name else concat('"', replace(field_name, '"', '""'), '"') end as step,
    translate(case when regexp_replace(field_name, '[."]', '') = field_name then field_name else concat('"', replace(field_name, '"', '""'), '"') end, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz') as own_key
  from typed
),

keyed as (
  select
    *,
    own_key as step_key
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
),

paired as (
  select
    parent_key,
    path_key,
    count(distinct is_old) = 2 as is_common,
    max(case when is_old then field_path end) as old_field_path,
    max(case when is_old then column_position end) as old_column_position,
    max(case when is_old then begins_at end) as old_begins_at,
    max(case when is_old then nullability end) as old_nullability,
    max(case when is_old then own_type end) as old_own_type,
    max(case when is_old then whole_type end) as old_whole_type,
    max(case when not is_old then field_path end) as new_field_path,
    max(case when not is_old then column_position end) as new_column_position,
    max(case when not is_old then begins_at end) as new_begins_at,
    max(case when not is_old then nullability end) as new_nullability,
    max(case when not is_old then own_type end) as new_own_type,
    max(case when not is_old then whole_type end) as new_whole_type
  from fields
  group by parent_key, path_key
),

ranked as (
  select
    *,
    count(old_field_path) over (partition by parent_key) as old_siblings,
    count(new_field_path) over (partition by parent_key) as new_siblings,
    case when is_common then row_number() over (partition by parent_key, is_common order by old_column_position, old_begins_at) end as old_rank,
    case when is_common then row_number() over (partition by parent_key, is_common order by new_column_position, new_begins_at) end as new_rank
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

-- with how many others each has changed places; its rank decides between equals
crossed_1 as (
  select
    *,
    sum(case when one_state_0 = 0 and other_state_0 = 0 then 1000000 else 0 end) over (partition by parent_key, path_key) + old_rank as one_weight_1,
    sum(case when one_state_0 = 0 and other_state_0 = 0 then 1000000 else 0 end) over (partition by parent_key, other_rank) + other_rank as other_weight_1
  from settled_0
),

chosen_1 as (
  select
    *,
    min(case when one_state_0 = 0 and other_state_0 = 0 and other_weight_1 < one_weight_1 then 0 else 1 end) over (partition by parent_key, path_key) as one_chosen_1,
    min(case when one_state_0 = 0 and other_state_0 = 0 and one_weight_1 < other_weight_1 then 0 else 1 end) over (partition by parent_key, other_rank) as other_chosen_1
  from crossed_1
),

settled_1 as (
  select
    *,
    case
      when one_state_0 > 0 then one_state_0
      when one_chosen_1 = 1 then 1
      when max(other_chosen_1 * (1 - least(other_state_0, 1))) over (partition by parent_key, path_key) = 1 then 2
      else 0
    end as one_state_1,
    case
      when other_state_0 > 0 then other_state_0
      when other_chosen_1 = 1 then 1
      when max(one_chosen_1 * (1 - least(one_state_0, 1))) over (partition by parent_key, other_rank) = 1 then 2
      else 0
    end as other_state_1
  from chosen_1
),

-- with how many others each has changed places; its rank decides between equals
crossed_2 as (
  select
    *,
    sum(case when one_state_1 = 0 and other_state_1 = 0 then 1000000 else 0 end) over (partition by parent_key, path_key) + old_rank as one_weight_2,
    sum(case when one_state_1 = 0 and other_state_1 = 0 then 1000000 else 0 end) over (partition by parent_key, other_rank) + other_rank as other_weight_2
  from settled_1
),

chosen_2 as (
  select
    *,
    min(case when one_state_1 = 0 and other_state_1 = 0 and other_weight_2 < one_weight_2 then 0 else 1 end) over (partition by parent_key, path_key) as one_chosen_2,
    min(case when one_state_1 = 0 and other_state_1 = 0 and one_weight_2 < other_weight_2 then 0 else 1 end) over (partition by parent_key, other_rank) as other_chosen_2
  from crossed_2
),

settled_2 as (
  select
    *,
    case
      when one_state_1 > 0 then one_state_1
      when one_chosen_2 = 1 then 1
      when max(other_chosen_2 * (1 - least(other_state_1, 1))) over (partition by parent_key, path_key) = 1 then 2
      else 0
    end as one_state_2,
    case
      when other_state_1 > 0 then other_state_1
      when other_chosen_2 = 1 then 1
      when max(one_chosen_2 * (1 - least(one_state_1, 1))) over (partition by parent_key, other_rank) = 1 then 2
      else 0
    end as other_state_2
  from chosen_2
),

copied as (
  select
    *,
    old_rank is null or one_state_2 = 1 as stays,
    row_number() over (partition by parent_key, path_key order by other_rank) as copy_number
  from settled_2
),

placed_fields as (
  select
    *,
    last_value(case when stays and old_rank is not null then old_field_path end ignore nulls) over (
      partition by parent_key order by old_rank rows between unbounded preceding and 1 preceding
    ) as old_neighbour,
    last_value(case when stays and old_rank is not null then new_field_path end ignore nulls) over (
      partition by parent_key order by new_rank rows between unbounded preceding and 1 preceding
    ) as new_neighbour
  from copied
  where copy_number = 1
),

kinds as (
  select 'added' as difference, 1 as kind_number
  union all
  select 'removed' as difference, 2 as kind_number
  union all
  select 'retyped' as difference, 3 as kind_number
  union all
  select 'moved' as difference, 4 as kind_number
  union all
  select 'nullability' as difference, 5 as kind_number
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
    case difference
      when 'moved' then coalesce('after ' || old_neighbour, 'at the front')
      when 'nullability' then old_nullability
      when 'retyped' then coalesce(case when old_own_type <> old_whole_type and new_own_type <> new_whole_type then old_own_type end, old_whole_type)
      else old_whole_type
    end as old_value,
    case difference
      when 'moved' then coalesce('after ' || new_neighbour, 'at the front')
      when 'nullability' then new_nullability
      when 'retyped' then coalesce(case when old_own_type <> old_whole_type and new_own_type <> new_whole_type then new_own_type end, new_whole_type)
      else new_whole_type
    end as new_value
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

counted as (
  select
    sum(case when is_old then 1 else 0 end) as old_columns,
    sum(case when not is_old then 1 else 0 end) as new_columns
  from listed
),

table_differences as (
  select
    0 as is_gone,
    0 as column_position,
    0 as begins_at,
    0 as kind_number,
    cast(null as TEXT) as column_name,
    'missing' as difference,
    concat(cast(coalesce(old_columns, 0) as TEXT), ' columns') as old_value,
    concat(cast(coalesce(new_columns, 0) as TEXT), ' columns') as new_value
  from counted
  where coalesce(old_columns, 0) = 0 or coalesce(new_columns, 0) = 0
)

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
order by is_gone, column_position, begins_at, kind_number;
