select
  "id",
  abs(amount) as key_2,
  count(*) as row_count
from "memory"."dbt_test"."events"
where
  "id" is not null
  and abs(amount) is not null
  and (amount > 0)
group by 1, 2
having count(*) > 1
order by 3 desc, 1, 2;
