with counted as (
  select
    count(*) as old_rows,
    0 as new_rows
  from "memory"."dbt_test"."archive"
  union all
  select
    0 as old_rows,
    count(*) as new_rows
  from "memory"."dbt_test"."events"
),

compared as (
  select
    sum(old_rows) as old_rows,
    sum(new_rows) as new_rows,
    sum(new_rows) - sum(old_rows) as difference
  from counted
)

select
  old_rows,
  new_rows,
  difference,
  case
    when difference = 0 then 'same'
    when new_rows = 0 then 'only in old'
    when old_rows = 0 then 'only in new'
    else 'differs'
  end as status
from compared;
