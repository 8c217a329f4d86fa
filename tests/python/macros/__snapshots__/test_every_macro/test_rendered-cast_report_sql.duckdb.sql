with prepared as (
  select
    "happened_at" as source_value,
    "happened_at" as prepared_value
  from "memory"."dbt_test"."events"
),

typed as (
  select
    *,
    cast(prepared_value as date) as typed_value
  from prepared
),

judged as (
  select
    source_value,
    case
      when prepared_value is null then 'null'
      when typed_value is null then 'failed'
      when prepared_value = cast(typed_value as timestamp) then 'fine'
      when prepared_value = cast(typed_value as timestamp) then 'respelled'
      else 'lossy'
    end as verdict
  from typed
),

counted as (
  select
    verdict,
    case when verdict in ('failed', 'lossy', 'respelled') then substr(cast(source_value as TEXT), 1, 200) end as bad_value,
    count(*) as row_count
  from judged
  group by 1, 2
)

select
  coalesce(sum(row_count), 0) as row_count,
  coalesce(sum(case when verdict <> 'null' then row_count end), 0) as non_null_count,
  coalesce(sum(case when verdict = 'failed' then row_count end), 0) as failed_count,
  coalesce(sum(case when verdict = 'lossy' then row_count end), 0) as lossy_count,
  coalesce(sum(case when verdict = 'respelled' then row_count end), 0) as respelled_count,
  sum(case when verdict = 'failed' then row_count else 0 end) / nullif(sum(case when verdict <> 'null' then row_count end), 0) as failed_rate,
  sum(case when verdict = 'lossy' then row_count else 0 end) / nullif(sum(case when verdict <> 'null' then row_count end), 0) as lossy_rate,
  sum(case when verdict = 'respelled' then row_count else 0 end) / nullif(sum(case when verdict <> 'null' then row_count end), 0) as respelled_rate,
  to_json(arg_min(case when verdict = 'failed' then to_json(struct_pack(bad_value := cast(bad_value as varchar), row_count := row_count)) end, case when verdict = 'failed' then row(-row_count, bad_value) end, 10)) as failed_values,
  to_json(arg_min(case when verdict = 'lossy' then to_json(struct_pack(bad_value := cast(bad_value as varchar), row_count := row_count)) end, case when verdict = 'lossy' then row(-row_count, bad_value) end, 10)) as lossy_values,
  to_json(arg_min(case when verdict = 'respelled' then to_json(struct_pack(bad_value := cast(bad_value as varchar), row_count := row_count)) end, case when verdict = 'respelled' then row(-row_count, bad_value) end, 10)) as respelled_values
from counted;
