{#- Appends an event of a run: 'claim', 'heartbeat' or 'release'. `run` holds the columns of backfill_runs. -#}
{% macro record_run(run, event) %}
  {%- do run_query(dbt_playbooks.record_run_sql(run=run, event=event)) -%}
{% endmacro %}

{% macro record_run_sql(run, event) %}
  {{ return(dbt_playbooks._insert_row_sql(
    dbt_playbooks._backfill_relation('backfill_runs'), dict(run, event=event), dates=['start_date', 'end_date'], clock='recorded_at'
  )) }}
{% endmacro %}
