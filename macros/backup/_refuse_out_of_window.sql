{#- An error for a time that BigQuery keeps no more, or that is still to come. A dataset keeps 2 days at least; only what is older is asked for. -#}
{% macro _refuse_out_of_window(relation, instant, what) %}
  {%- set now = dbt_playbooks._clock() -%}
  {%- set asked = dbt_playbooks._instant_text(instant)[:19] ~ ' UTC' -%}
  {%- if instant > now -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": as_of is " ~ asked ~ ", which is still to come: it is " ~ dbt_playbooks._instant_text(now)[:19] ~ " UTC now. Give a time in the past.") }}
  {%- endif -%}
  {%- if instant > now - modules.datetime.timedelta(days=2) -%}
    {{ return('') }}
  {%- endif -%}
  {%- set found = dbt_playbooks._query(dbt_playbooks._time_travel_sql(relation)) -%}
  {%- set hours = found[0][0] | int if found else 168 -%}
  {%- set oldest = now - modules.datetime.timedelta(minutes=hours * 60) -%}
  {%- if instant < oldest -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": as_of is " ~ asked ~ ", and of " ~ relation ~ " BigQuery keeps the last " ~ hours ~ " hours (max_time_travel_hours of its dataset): nothing before "
      ~ dbt_playbooks._instant_text(oldest)[:19] ~ " UTC. Give a later time, or a backup: " ~ dbt_playbooks._operation('list_backups', {'table': relation}) ~ " shows them.") }}
  {%- endif -%}
{% endmacro %}

{#- The hours of the past that a dataset keeps; no row where it has the default. -#}
{% macro _time_travel_sql(relation) %}
  {%- set sql -%}
select option_value
from {{ dbt_playbooks._region_view(relation, 'SCHEMATA_OPTIONS') }}
where schema_name = {{ dbt_playbooks._string_literal(relation.schema) }} and option_name = 'max_time_travel_hours'
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
