with counted as (
  select
    `day` as group_1,
    abs(id) as group_2,
    count(*) as old_rows,
    0 as new_rows
  from `test-project`.`dbt_test`.`archive`
  where amount > 0
  group by 1, 2
  union all
  select
    `day` as group_1,
    abs(id) as group_2,
    0 as old_rows,
    count(*) as new_rows
  from `test-project`.`dbt_test`.`events`
  where amount > 0
  group by 1, 2
),

compared as (
  select
    group_1,
    group_2,
    sum(old_rows) as old_rows,
    sum(new_rows) as new_rows,
    sum(new_rows) - sum(old_rows) as difference
  from counted
  group by 1, 2
)

select
  group_1 as `day`,
  group_2 as `group_2`,
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
order by 1 nulls first, 2 nulls first;
