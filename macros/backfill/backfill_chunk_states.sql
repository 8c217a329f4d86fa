{#- The latest state of each chunk of a backfill, by day. -#}
{% macro backfill_chunk_states_sql(backfill_id) %}
  {%- set sql -%}
select
  cast(date_processed as {{ dbt.type_string() }}) as start_date, cast(chunk_end as {{ dbt.type_string() }}) as end_date,
  status, attempt, rows_processed, bytes_processed, duration_seconds, error_message, invocation_id
from {{ dbt_playbooks._backfill_relation('backfill_checkpoints') }}
where backfill_id = {{ dbt_playbooks._string_literal(backfill_id) }}
order by date_processed
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
