with old_side as (
  select
    `id` as key_1,
    `day` as old_1,
    `amount` as old_2,
    row_number() over (
      partition by `id`
      order by farm_fingerprint(to_json_string(struct(`id` as c1, `day` as c2, `amount` as c3)))
    ) as copy_number,
    true as in_old
  from `test-project`.`dbt_test`.`archive`
),

new_side as (
  select
    `id` as key_1,
    `day` as new_1,
    `amount` as new_2,
    row_number() over (
      partition by `id`
      order by farm_fingerprint(to_json_string(struct(`id` as c1, `day` as c2, `amount` as c3)))
    ) as copy_number,
    true as in_new
  from `test-project`.`dbt_test`.`events`
),

paired as (
  select
    coalesce(old_side.key_1, new_side.key_1) as key_1,
    old_side.old_1,
    new_side.new_1,
    old_side.old_2,
    new_side.new_2,
    coalesce(old_side.copy_number, new_side.copy_number) as copy_number,
    old_side.in_old,
    new_side.in_new
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
  key_1 as `id`,
  case
    when (key_1 is null) then 'key is null'
    when in_new is null then 'only in old'
    when in_old is null then 'only in new'
    else 'differs'
  end as status,
  coalesce(array_to_string([case when differs_1 then 'day' end, case when differs_2 then 'amount' end], ', '), '') as differing,
  old_1 as `old_day`,
  new_1 as `new_day`,
  old_2 as `old_amount`,
  new_2 as `new_amount`
from judged
where is_different
order by key_1, copy_number;
