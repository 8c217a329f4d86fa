with both_sides as (
  select
    "id" as key_1,
    "day" as value_1,
    "amount" as value_2,
    hash(hash("id", "day", "amount")) as row_hash,
    true as is_old
  from "memory"."dbt_test"."archive"
  union all
  select
    "id" as key_1,
    "day" as value_1,
    "amount" as value_2,
    hash(hash("id", "day", "amount")) as row_hash,
    false as is_old
  from "memory"."dbt_test"."events"
),

copies_1 as (
  select
    *,
    row_number() over (partition by key_1, row_hash, is_old order by row_hash) as copy_1,
    count(case when is_old then 1 end) over (partition by key_1, row_hash) as old_copies_1,
    count(case when not is_old then 1 end) over (partition by key_1, row_hash) as new_copies_1
  from both_sides
),

met_1 as (
  select
    *,
    copy_1 <= least(old_copies_1, new_copies_1) as is_met_1
  from copies_1
),

numbered as (
  select
    *,
    row_number() over (
      partition by key_1, is_old
      order by
        case when is_met_1 then 0 else 2 end,
        case when is_met_1 then row_hash end,
        copy_1
    ) as copy_number
  from met_1
),

old_side as (
  select
    key_1,
    value_1,
    value_2,
    copy_number,
    true as is_there
  from numbered
  where is_old
),

new_side as (
  select
    key_1,
    value_1,
    value_2,
    copy_number,
    true as is_there
  from numbered
  where not is_old
),

paired as (
  select
    coalesce(old_side.key_1, new_side.key_1) as key_1,
    old_side.value_1 as old_1,
    new_side.value_1 as new_1,
    old_side.value_2 as old_2,
    new_side.value_2 as new_2,
    coalesce(old_side.copy_number, new_side.copy_number) as copy_number,
    old_side.is_there as in_old,
    new_side.is_there as in_new
  from old_side
  full outer join new_side
  on
    old_side.key_1 = new_side.key_1
    and old_side.copy_number = new_side.copy_number
),

compared as (
  select
    *,
    in_old and in_new and (old_1 is distinct from new_1) as differs_1,
    in_old and in_new and (old_2 is distinct from new_2) as differs_2
  from paired
),

judged as (
  select
    *,
    in_old is null
    or in_new is null
    or differs_1
    or differs_2 as is_different
  from compared
)

select
  key_1 as "id",
  case
    when (key_1 is null) then 'key is null'
    when in_new is null then 'only in old'
    when in_old is null then 'only in new'
    else 'differs'
  end as status,
  concat_ws(', ', case when differs_1 then 'day' end, case when differs_2 then 'amount' end) as differing,
  old_1 as "old_day",
  new_1 as "new_day",
  old_2 as "old_amount",
  new_2 as "new_amount"
from judged
where is_different
order by key_1, copy_number;
