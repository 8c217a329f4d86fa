with source_side as (
  select
    count(*) as source_rows,
    min("day") as source_first_date,
    max("day") as source_last_date,
    count(*) - count("day") as source_rows_without_date
  from "memory"."dbt_test"."archive"
),

new_side as (
  select
    count(*) as new_rows,
    min("day") as new_first_date,
    max("day") as new_last_date,
    count(*) - count("day") as new_rows_without_date,
    count(distinct "id") as distinct_keys,
    count(case when "id" is null then 1 end) as rows_without_key,
    count(*) - count("amount") as "amount_nulls",
    (count(*) - count("amount")) / nullif(count(*), 0) as "amount_null_rate"
  from "memory"."dbt_test"."events"
)

select source_side.*, new_side.*
from source_side
cross join new_side;
