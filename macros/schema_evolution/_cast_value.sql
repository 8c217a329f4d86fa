{#- A prepared value as one of the rule's type; NULL when it can't be. -#}
{% macro _cast_value(value, rule) %}
  {%- if rule.family != 'text' -%}
    {{ return(dbt_playbooks._cast_other(value, rule)) }}
  {%- elif rule.kind == 'string' -%}
    {{ return(value) }}
  {%- endif -%}
  {%- set read = adapter.dispatch('_parsed', 'dbt_playbooks')(value=value, rule=rule) if rule.format else adapter.dispatch('_read', 'dbt_playbooks')(value=value, rule=rule) -%}
  {%- set condition = dbt_playbooks._matches(value, rule.accepts) -%}
  {%- if rule.kind == 'float' -%}
    {#- both adapters make infinity of a number that is too large -#}
    {%- set condition = condition ~ ' and (' ~ dbt_playbooks._matches(value, '(?i)inf') ~ ' or abs(' ~ read ~ ") < cast('inf' as " ~ rule.sql ~ ') or ' ~ dbt_playbooks._matches(value, '(?i)nan') ~ ')' -%}
  {%- endif -%}
  {{ return('case when ' ~ condition ~ ' then ' ~ read ~ ' end') }}
{% endmacro %}

{#- A text that the rule accepts, by the adapter's own cast. -#}
{% macro duckdb___read(value, rule) %}
  {%- if rule.kind in ('timestamp', 'timestamptz') -%}
    {{ return(dbt_playbooks._within_calendar(dbt_playbooks._instant_of_text(value), rule)) }}
  {%- endif -%}
  {{ return(dbt_playbooks._try_cast(value, rule.sql)) }}
{% endmacro %}

{% macro bigquery___read(value, rule) %}
  {{ return(dbt_playbooks._sized_number(value, rule) if rule.kind == 'numeric' else dbt_playbooks._try_cast(value, rule.sql)) }}
{% endmacro %}

{#- DuckDB has read an offset and left it out of account: as TIMESTAMPTZ it counts, and without one the session's zone would. -#}
{% macro _instant_of_text(value) %}
  {%- set offset = '[+-][0-9]{2}(?::[0-9]{2})?$' -%}
  {{ return(
    'case when ' ~ dbt_playbooks._matches(value, ':[0-9.]+' ~ offset) ~ ' then ' ~ dbt_playbooks._instant('try_cast(' ~ value ~ ' as timestamptz)', 'timestamptz')
    ~ ' else try_cast(' ~ dbt_playbooks._without(value, '(?:Z| UTC)$') ~ ' as timestamp) end'
  ) }}
{% endmacro %}

{#- An instant in the years 0001 to 9999 of UTC, as DuckDB's type: an offset may lead out of them, where BigQuery has nothing. -#}
{% macro _within_calendar(instant, rule) %}
  {%- set inside = 'case when ' ~ instant ~ " between timestamp '0001-01-01 00:00:00' and timestamp '9999-12-31 23:59:59.999999' then " ~ instant ~ ' end' -%}
  {{ return("timezone('UTC', " ~ inside ~ ')' if rule.kind == 'timestamptz' else inside) }}
{% endmacro %}

{#- BigQuery casts to no size: a number that is rounded, and that has room then. -#}
{% macro _sized_number(value, rule) %}
  {%- if rule.precision == 38 and rule.scale == 9 -%}
    {{ return(dbt_playbooks._try_cast(value, rule.sql)) }}
  {%- endif -%}
  {%- set rounded = 'round(' ~ dbt_playbooks._try_cast(value, 'bignumeric') ~ ', ' ~ rule.scale ~ ')' -%}
  {{ return('case when abs(' ~ rounded ~ ") < bignumeric '1" ~ dbt_playbooks._repeated('0', rule.precision - rule.scale) ~ "' then " ~ dbt_playbooks._try_cast(rounded, rule.sql) ~ ' end') }}
{% endmacro %}

{#- A text that the rule accepts, by its format. -#}
{% macro duckdb___parsed(value, rule) %}
  {%- set parsed = 'try_strptime(' ~ value ~ ', ' ~ dbt_playbooks._string_literal(rule.format.duckdb) ~ ')' -%}
  {%- if rule.kind == 'date' -%}
    {{ return('cast(' ~ parsed ~ ' as date)') }}
  {%- elif rule.format.has_zone or rule.kind == 'timestamptz' -%}
    {{ return(dbt_playbooks._within_calendar(dbt_playbooks._instant(parsed, 'timestamptz') if rule.format.has_zone else parsed, rule)) }}
  {%- endif -%}
  {{ return(parsed) }}
{% endmacro %}

{% macro bigquery___parsed(value, rule) %}
  {{ return('safe.parse_' ~ rule.sql ~ '(' ~ dbt_playbooks._string_literal(rule.format.bigquery) ~ ', ' ~ value ~ ')') }}
{% endmacro %}
