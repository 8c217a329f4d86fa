{#- Where a backfill's state lives: one schema, named by the var `dbt_playbooks_schema` (the target's own by default).
    `backfill_log` and `backfill_runs` are only ever appended to; `backfill_checkpoints` is the view that people query. -#}
{% macro _backfill_relation(name) %}
  {{ return(api.Relation.create(
    database=target.database, schema=var('dbt_playbooks_schema', target.schema), identifier=name,
    type='view' if name == 'backfill_checkpoints' else 'table'
  )) }}
{% endmacro %}
