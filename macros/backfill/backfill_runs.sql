{#- Appends an event of a run: 'claim', 'heartbeat' or 'release'. `run` holds the columns of backfill_runs. -#}
{% macro record_run(run, event) %}
  {%- do run_query(dbt_playbooks.record_run_sql(run=run, event=event)) -%}
{% endmacro %}

{% macro record_run_sql(run, event) %}
  {{ return(dbt_playbooks._insert_row_sql(
    dbt_playbooks._backfill_relation('backfill_runs'), dict(run, event=event), dates=['start_date', 'end_date'], clock='recorded_at'
  )) }}
{% endmacro %}

{#- The newest event of each run of a backfill, the oldest run first: lists of the columns below and the seconds since the event. -#}
{% macro backfill_runs(backfill_id) %}
  {{ return(dbt_playbooks._query(dbt_playbooks.backfill_runs_sql(backfill_id=backfill_id))) }}
{% endmacro %}

{% macro backfill_runs_sql(backfill_id) %}
  {%- set sql -%}
select
  invocation_id, event, shard, host, process_id, process_started_at, started_by, model,
  cast(start_date as {{ dbt.type_string() }}) as start_date, cast(end_date as {{ dbt.type_string() }}) as end_date,
  chunk, chunks, relations, vars_digest, code_digest, seconds_ago
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

{#- The ids of all backfills, the newest first. -#}
{% macro backfill_ids() %}
  {{ return(dbt_playbooks._query(
    'select backfill_id from ' ~ dbt_playbooks._backfill_relation('backfill_runs') ~ ' group by backfill_id order by max(recorded_at) desc'
  )) }}
{% endmacro %}
