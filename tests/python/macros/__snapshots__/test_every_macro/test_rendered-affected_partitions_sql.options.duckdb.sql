select
  cast(date_trunc('week', cast(timezone('Asia/Tokyo', timezone('UTC', "happened_at")) as date)) as date) as partition_date,
  sum(case when (amount < 0) then 1 else 0 end) as bad_rows,
  count(*) as total_rows,
  sum(case when (amount < 0) then 1 else 0 end) / nullif(count(*), 0) as bad_rate
from "memory"."dbt_test"."events"
where ("happened_at" >= timestamp '2023-12-31 15:00:00' and "happened_at" < timestamp '2024-01-31 15:00:00' or "happened_at" is null)
group by 1
having sum(case when (amount < 0) then 1 else 0 end) > 0
order by 1;
