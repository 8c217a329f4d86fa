{#- The ids of all backfills, the newest first, each with its models as its runs name them: 'a,b'. -#}
{% macro backfill_ids() %}
  {%- if not dbt_playbooks.backfill_state_exists() -%}
    {{ return([]) }}
  {%- endif -%}
  {{ return(dbt_playbooks._query(
    'select backfill_id, max(model) as model from ' ~ dbt_playbooks._backfill_relation('backfill_runs')
    ~ ' group by backfill_id order by max(recorded_at) desc'
  )) }}
{% endmacro %}
