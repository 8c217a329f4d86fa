{#- A renamed table keeps the time of its creation: where its dataset lets tables expire, it may be deleted at once. -#}
{% macro _refuse_default_expiration(place) %}
  {%- set sql -%}
select option_value
from {{ dbt_playbooks._region_view(place.table, 'SCHEMATA_OPTIONS') }}
where schema_name = {{ dbt_playbooks._string_literal(place.table.schema) }} and option_name = 'default_table_expiration_days'
  {%- endset -%}
  {%- set found = dbt_playbooks._query(sql) -%}
  {%- if found -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: tables of the dataset " ~ place.table.schema ~ " expire " ~ found[0][0] ~ " days after they were made, and a renamed table keeps the time when it was made: BigQuery may delete it at once. Take that off first: alter schema "
      ~ dbt_playbooks._quoted(place.table.database) ~ "." ~ dbt_playbooks._quoted(place.table.schema) ~ " set options (default_table_expiration_days = null)") }}
  {%- endif -%}
{% endmacro %}
