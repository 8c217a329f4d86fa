with both_sides as (
  select
    "day" as column_1,
    "amount" as column_2,
    1 as is_old
  from "memory"."dbt_test"."archive"
  where amount > 0
  union all
  select
    "day" as column_1,
    "amount" as column_2,
    0 as is_old
  from "memory"."dbt_test"."events"
  where amount > 0
),

copies as (
  select
    column_1,
    column_2,
    sum(is_old) as old_copies,
    count(*) - sum(is_old) as new_copies
  from both_sides
  group by 1, 2
)

select
  column_1 as "day",
  column_2 as "amount",
  old_copies,
  new_copies,
  case when new_copies = 0 then 'only in old' when old_copies = 0 then 'only in new' else 'more often' end as status
from copies
where old_copies <> new_copies
order by 1, 2;
