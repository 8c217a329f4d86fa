merge into "memory"."dbt_test"."archive" as target
using (
  select *
  from "memory"."dbt_test"."events"
  where "happened_at" >= timestamp '2024-01-01 00:00:00' and "happened_at" < timestamp '2024-02-01 00:00:00'
) as source
on target."id" is not distinct from source."id"
  and target."happened_at" is not distinct from source."happened_at"
  and target."happened_at" >= timestamp '2024-01-01 00:00:00' and target."happened_at" < timestamp '2024-02-01 00:00:00'
when matched then
  update set "amount" = source."amount", "day" = cast(make_timestamp(epoch_us(get_current_timestamp())) as DATE)
when not matched then
  insert ("id", "happened_at", "amount", "day")
  values (source."id", source."happened_at", source."amount", cast(make_timestamp(epoch_us(get_current_timestamp())) as DATE));
