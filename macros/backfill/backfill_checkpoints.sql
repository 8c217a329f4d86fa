{#- The view that people query: one row a chunk, its latest state. A retried chunk counts once, whatever happened before. -#}
{% macro backfill_checkpoints_sql() %}
  {%- set columns = dbt_playbooks._backfill_log_columns().keys() | join(', ') -%}
  {%- set sql -%}
create or replace view {{ dbt_playbooks._backfill_relation('backfill_checkpoints') }} as
select {{ columns }}
from (
  select
    {{ columns }},
    row_number() over (
      partition by backfill_id, date_processed
      order by attempt desc, case when status = 'running' then 0 else 1 end desc, processed_at desc
    ) as newest_first
  from {{ dbt_playbooks._backfill_relation('backfill_log') }}
) as events
where newest_first = 1
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
