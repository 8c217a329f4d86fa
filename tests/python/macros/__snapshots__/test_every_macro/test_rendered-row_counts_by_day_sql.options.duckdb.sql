select cast(timezone('Asia/Tokyo', timezone('UTC', "happened_at")) as date) as day, count(*) as row_count
from "memory"."dbt_test"."events"
where ("happened_at" >= timestamp '2023-12-31 15:00:00' and "happened_at" < timestamp '2024-01-31 15:00:00' or "happened_at" is null)
  and (amount > 0)
group by 1
order by 1;
