{#- When a backup goes. -#}
{% macro _expiry_note(expires_at) %}
  {{ return(adapter.dispatch('_expiry_note', 'dbt_playbooks')(at=none if expires_at is none else dbt_playbooks._instant_text(expires_at)[:16])) }}
{% endmacro %}

{% macro duckdb___expiry_note(at) %}
  {{ return('It stays until you drop it' ~ ('.' if at is none else ': DuckDB drops nothing by itself at ' ~ at ~ ' UTC, but list_backups shows that time.')) }}
{% endmacro %}

{% macro bigquery___expiry_note(at) %}
  {{ return('It stays until you drop it, or until the default expiry of its dataset, if there is one: list_backups shows it.' if at is none
    else 'BigQuery drops it at ' ~ at ~ ' UTC.') }}
{% endmacro %}

{#- To be asked for before the backup is dropped: the way back goes through the present. -#}
{% macro _after_drop_note(backup) %}
  {{ return(adapter.dispatch('_after_drop_note', 'dbt_playbooks')(backup=backup)) }}
{% endmacro %}

{% macro duckdb___after_drop_note(backup) %}
  {{ return('There is no way back.') }}
{% endmacro %}

{% macro bigquery___after_drop_note(backup) %}
  {{ return('There is a way back for as long as its dataset keeps the past, 7 days by default: ' ~ dbt_playbooks._copied_past_command(backup, dbt_playbooks._clock())) }}
{% endmacro %}

{#- What a restore leaves as it is, and what it can't. -#}
{% macro _kept_note(relation) %}
  {{ return(adapter.dispatch('_kept_note', 'dbt_playbooks')(relation=relation)) }}
{% endmacro %}

{% macro duckdb___kept_note(relation) %}
  {{ return('Only rows are replaced, in one transaction: the table with its keys, indexes, defaults and comments stays.') }}
{% endmacro %}

{% macro bigquery___kept_note(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {%- set expiry = table.time_partitioning.expiration_ms if table and table.time_partitioning else none -%}
  {{ return('Only rows are replaced, by one MERGE: the table with its partitioning, clustering, options, descriptions, policy tags, row access policies and grants stays.'
    ~ (' Its partitions expire after ' ~ expiry // 86400000 ~ ' days: rows of older days go again at once.' if expiry else '')) }}
{% endmacro %}
