with prepared as (
  select
    `happened_at` as source_value,
    `happened_at` as prepared_value
  from `test-project`.`dbt_test`.`events`
),

typed as (
  select
    *,
    date(prepared_value, 'UTC') as typed_value
  from prepared
),

judged as (
  select
    source_value,
    case
      when prepared_value is null then 'null'
      when typed_value is null then 'failed'
      when prepared_value = timestamp(typed_value, 'UTC') then 'fine'
      when prepared_value = timestamp(typed_value, 'UTC') then 'respelled'
      else 'lossy'
    end as verdict
  from typed
),

counted as (
  select
    verdict,
    case when verdict in ('failed', 'lossy', 'respelled') then substr(cast(source_value as string), 1, 200) end as bad_value,
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
  concat('[', coalesce(string_agg(case when verdict = 'failed' then to_json_string(struct(bad_value as bad_value, row_count as row_count)) end, ', ' order by case when verdict = 'failed' then row_count end desc, bad_value asc limit 10), ''), ']') as failed_values,
  concat('[', coalesce(string_agg(case when verdict = 'lossy' then to_json_string(struct(bad_value as bad_value, row_count as row_count)) end, ', ' order by case when verdict = 'lossy' then row_count end desc, bad_value asc limit 10), ''), ']') as lossy_values,
  concat('[', coalesce(string_agg(case when verdict = 'respelled' then to_json_string(struct(bad_value as bad_value, row_count as row_count)) end, ', ' order by case when verdict = 'respelled' then row_count end desc, bad_value asc limit 10), ''), ']') as respelled_values
from counted;
