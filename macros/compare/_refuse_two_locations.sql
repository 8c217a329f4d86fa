{#- BigQuery reads no two locations in one query, and says of one of the tables that it is not found. -#}
{% macro _refuse_two_locations(old, new) %}
  {%- if execute -%}
    {%- do adapter.dispatch('_refuse_two_locations', 'dbt_playbooks')(old=old, new=new) -%}
  {%- endif -%}
{% endmacro %}

{% macro duckdb___refuse_two_locations(old, new) %}
{% endmacro %}

{% macro bigquery___refuse_two_locations(old, new) %}
  {%- if old.database == new.database and old.schema == new.schema -%}
    {{ return('') }}
  {%- endif -%}
  {%- set locations = [adapter.get_dataset_location(old), adapter.get_dataset_location(new)] -%}
  {%- if locations[0] != locations[1] -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ old ~ " is in " ~ locations[0] ~ " and " ~ new ~ " in " ~ locations[1]
      ~ ", and BigQuery reads no two locations in one query. Copy one of them to the other's location first.") }}
  {%- endif -%}
{% endmacro %}
