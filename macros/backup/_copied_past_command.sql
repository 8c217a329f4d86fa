{#- The command of BigQuery that makes a table or a snapshot that is gone again, as it was at an instant: SQL can't. -#}
{% macro _copied_past_command(relation, instant) %}
  {{ return('bq cp ' ~ dbt_playbooks._bq_name(relation, '@' ~ dbt_playbooks._milliseconds(instant)) ~ ' ' ~ dbt_playbooks._bq_name(relation)) }}
{% endmacro %}

{#- Since 1970, as BigQuery's copy command counts. -#}
{% macro _milliseconds(instant) %}
  {%- set since = instant - modules.pytz.utc.localize(modules.datetime.datetime(1970, 1, 1)) -%}
  {{ return(since.days * 86400000 + since.seconds * 1000 + since.microseconds // 1000) }}
{% endmacro %}
