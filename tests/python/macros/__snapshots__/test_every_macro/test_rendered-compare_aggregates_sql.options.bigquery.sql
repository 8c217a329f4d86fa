with aggregated as (
  select
    extract(month from day) as group_1,
    count(*) as metric_1,
    sum(amount) as metric_2,
    count(*) as row_count,
    true as is_old
  from `test-project`.`dbt_test`.`archive`
  where amount > 0
  group by 1
  union all
  select
    extract(month from day) as group_1,
    count(*) as metric_1,
    sum(amount) as metric_2,
    count(*) as row_count,
    false as is_old
  from `test-project`.`dbt_test`.`events`
  where amount > 0
  group by 1
),

paired as (
  select
    group_1,
    max(case when is_old then metric_1 end) as old_1,
    max(case when not is_old then metric_1 end) as new_1,
    max(case when is_old then metric_2 end) as old_2,
    max(case when not is_old then metric_2 end) as new_2,
    max(case when is_old then 1 else 0 end) as in_old,
    max(case when is_old then 0 else 1 end) as in_new
  from aggregated
  group by 1
),

judged as (
  select
    *,
    (old_1 is distinct from new_1) as differs_1,
    (old_2 is distinct from new_2 and not coalesce(not (is_nan(old_2) or is_inf(old_2) or is_nan(new_2) or is_inf(new_2)) and (safe.abs(safe_subtract(new_2, old_2)) <= 1 or safe.abs(safe_subtract(new_2, old_2)) <= 0.01 * safe.abs(old_2)), false)) as differs_2
  from paired
),

compared as (
  select
    *,
    coalesce(array_to_string([case when differs_1 then 'rows' end, case when differs_2 then 'total' end], ', '), '') as differing,
    case
      when in_new = 0 then 'only in old'
      when in_old = 0 then 'only in new'
      when differs_1 or differs_2 then 'differs'
      else 'same'
    end as status
  from judged
)

select
  group_1 as `month`,
  old_1 as `old_rows`,
  new_1 as `new_rows`,
  old_2 as `old_total`,
  new_2 as `new_total`,
  differing,
  status
from compared
order by 1 nulls first;
