{#- The newest event of each run of a backfill and the seconds since, the oldest run first. -#}
{% macro backfill_runs_sql(backfill_id) %}
  {%- set sql -%}
select
  invocation_id, event, shard, host, process_id, process_started_at, started_by, model,
  cast(start_date as {{ dbt.type_string() }}) as start_date, cast(end_date as {{ dbt.type_string() }}) as end_date,
  chunk, chunks, generation, relations, vars_digest, code_digest, seconds_ago
from (
  select
    *,
    {{ dbt_playbooks._seconds_since('recorded_at') }} as seconds_ago,
    min(recorded_at) over (partition by invocation_id, shard) as claimed_at,
    row_number() over (
      partition by invocation_id, shard order by case when event = 'release' then 1 else 0 end desc, recorded_at desc
    ) as newest_first
  from {{ dbt_playbooks._backfill_relation('backfill_runs') }}
  where backfill_id = {{ dbt_playbooks._string_literal(backfill_id) }}
) as events
where newest_first = 1
order by claimed_at, invocation_id
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
