{#- Who queried a table in the last days, as BigQuery remembers it. Returns [user, queries, last read, bytes processed, id of the last job]. -#}
{% macro recent_readers(table, days=30, others_only=false, project=none) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set sql = dbt_playbooks.recent_readers_sql(table=relation, days=days, others_only=others_only, project=project) -%}
  {#- said before the query, so that it stands above BigQuery's own message when that is refused -#}
  {%- do print('Reads the jobs of the project ' ~ (project or relation.database)
               ~ ', for which this account needs bigquery.jobs.listAll there (the role BigQuery Resource Viewer, roles/bigquery.resourceViewer).') -%}
  {%- set rows = dbt_playbooks._query(sql) -%}
  {%- do dbt_playbooks._print_table(
    ['user', 'queries', 'last_read', 'bytes_processed', 'last_job_id'], rows, title='who queried ' ~ relation ~ ' in the last ' ~ (days ~ ' days' if days > 1 else 'day')
  ) -%}
  {{ return(rows) }}
{% endmacro %}

{% macro recent_readers_sql(table, days=30, others_only=false, project=none) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- do dbt_playbooks._whole_number(days, 'days', 180) -%}
  {{ return(adapter.dispatch('_recent_readers_sql', 'dbt_playbooks')(relation=relation, days=days, others_only=others_only, project=project)) }}
{% endmacro %}

{% macro duckdb___recent_readers_sql(relation, days, others_only, project) %}
  {{ exceptions.raise_compiler_error("dbt_playbooks.recent_readers: DuckDB keeps no log of queries, so nobody knows who read " ~ relation
    ~ ". dbt_playbooks.dependent_views lists the views that name it, and `dbt ls --select <model>+` what dbt makes of it.") }}
{% endmacro %}

{#- The statements of a script are jobs of their own, so scripts are left out. A read from the cache names no tables. -#}
{% macro bigquery___recent_readers_sql(relation, days, others_only, project) %}
  {%- set place = dbt_playbooks._string_literals([relation.database, relation.schema, relation.identifier]) -%}
  {%- set sql -%}
select
  jobs.user_email,
  count(*) as queries,
  max(jobs.creation_time) as last_read,
  sum(jobs.total_bytes_processed) as bytes_processed,
  array_agg(jobs.job_id order by jobs.creation_time desc limit 1)[offset(0)] as last_job_id
from {{ dbt_playbooks._region_view(relation, 'JOBS', project) }} as jobs
cross join unnest(jobs.referenced_tables) as referenced
where
  jobs.creation_time >= timestamp_sub(current_timestamp(), interval {{ days }} day)
  and jobs.job_type = 'QUERY'
  and jobs.error_result is null
  and coalesce(jobs.statement_type, '') <> 'SCRIPT'
  and referenced.project_id = {{ place[0] }}
  and referenced.dataset_id = {{ place[1] }}
  and referenced.table_id = {{ place[2] }}
  {%- if others_only %}
  and jobs.user_email <> session_user()
  {%- endif %}
group by 1
order by 2 desc, 1
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
