with aggregated as (
  select
    "day" as group_1,
    sum(amount) as metric_1,
    count(*) as row_count,
    true as is_old
  from "memory"."dbt_test"."archive"
  where day < '2024-01-03'
  group by 1
  union all
  select
    "day" as group_1,
    sum(amount) as metric_1,
    count(*) as row_count,
    false as is_old
  from "memory"."dbt_test"."events"
  where day < '2024-01-03'
  group by 1
),

paired as (
  select
    group_1,
    max(case when is_old then metric_1 end) as old_1,
    max(case when not is_old then metric_1 end) as new_1,
    max(case when is_old then 1 else 0 end) as in_old,
    max(case when is_old then 0 else 1 end) as in_new
  from aggregated
  group by 1
),

judged as (
  select
    *,
    (old_1 is distinct from new_1) as differs_1
  from paired
),

compared as (
  select
    *,
    concat_ws(', ', case when differs_1 then 'sum_amount' end) as differing,
    case
      when in_new = 0 then 'only in old'
      when in_old = 0 then 'only in new'
      when differs_1 then 'differs'
      else 'same'
    end as status
  from judged
)

select
  group_1 as "day",
  old_1 as "old_sum_amount",
  new_1 as "new_sum_amount",
  differing,
  status
from compared
where status <> 'same'
order by 1 nulls first;
