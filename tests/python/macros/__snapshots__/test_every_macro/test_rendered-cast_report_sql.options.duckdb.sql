with prepared as (
  select
    (substr('007', 1, id)) as source_value,
    nullif(regexp_replace((substr('007', 1, id)), '^[\s\p{Z}]+|[\s\p{Z}]+$', '', 'g'), '') as prepared_value
  from "memory"."dbt_test"."archive"
  where amount > 0
),

typed as (
  select
    *,
    case when regexp_matches(prepared_value, '^(?:0?[1-9]|[12][0-9]|3[01])[.](?:0?[1-9]|1[0-2])[.](?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])$') then cast(try_strptime(prepared_value, '%d.%m.%Y') as date) end as typed_value
  from prepared
),

judged as (
  select
    source_value,
    case
      when prepared_value is null then 'null'
      when typed_value is null then 'failed'
      when regexp_matches(prepared_value, '^(?:0[1-9]|[12][0-9]|3[01])[.](?:0[1-9]|1[0-2])[.](?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])$') then 'fine'
      when true then 'respelled'
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
  to_json(arg_min(case when verdict = 'failed' then to_json(struct_pack(bad_value := cast(bad_value as varchar), row_count := row_count)) end, case when verdict = 'failed' then row(-row_count, bad_value) end, 3)) as failed_values,
  to_json(arg_min(case when verdict = 'lossy' then to_json(struct_pack(bad_value := cast(bad_value as varchar), row_count := row_count)) end, case when verdict = 'lossy' then row(-row_count, bad_value) end, 3)) as lossy_values,
  to_json(arg_min(case when verdict = 'respelled' then to_json(struct_pack(bad_value := cast(bad_value as varchar), row_count := row_count)) end, case when verdict = 'respelled' then row(-row_count, bad_value) end, 3)) as respelled_values
from counted;
