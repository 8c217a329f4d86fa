{#- The tables that the project says to watch, by name, with their checked settings: `meta` of models, seeds, snapshots and sources first, then
    the var `dbt_playbooks_health`, which wins. -#}
{% macro _watched_tables() %}
  {%- set watched = {} -%}
  {%- if not execute -%}
    {{ return(watched) }}
  {%- endif -%}
  {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed', 'snapshot') -%}
    {%- do dbt_playbooks._take_settings(watched, node.name, node) -%}
  {%- endfor -%}
  {%- for source in graph.sources.values() -%}
    {%- do dbt_playbooks._take_settings(watched, source.source_name ~ '.' ~ source.name, source) -%}
  {%- endfor -%}
  {%- set given = var('dbt_playbooks_health', {}) or {} -%}
  {%- if given is not mapping -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: the var dbt_playbooks_health is '" ~ given ~ "'. Give tables with their settings: {orders: {date_column: ordered_at}}.") }}
  {%- endif -%}
  {%- for name, settings in given.items() -%}
    {%- do watched.update({name: dbt_playbooks._checked_settings(name, settings)}) -%}
  {%- endfor -%}
  {{ return(watched) }}
{% endmacro %}

{% macro _take_settings(watched, name, node) %}
  {%- set settings = (node.config.meta or {}).get('dbt_playbooks_health') or (node.meta or {}).get('dbt_playbooks_health') -%}
  {%- if settings -%}
    {%- do watched.update({name: dbt_playbooks._checked_settings(name, settings)}) -%}
  {%- endif -%}
{% endmacro %}

{% macro _checked_settings(name, settings) %}
  {%- set allowed = ['date_column', 'key', 'columns', 'metrics', 'condition', 'days', 'timezone', 'include_today', 'where', 'data_type'] -%}
  {%- if settings is not mapping or not settings.get('date_column') -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: dbt_playbooks_health of '" ~ name ~ "' is '" ~ settings ~ "': it names no date_column. Write at least {date_column: event_at}. Allowed: " ~ allowed | join(', ') ~ ".") }}
  {%- endif -%}
  {%- for setting in settings if setting not in allowed -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: dbt_playbooks_health of '" ~ name ~ "' has '" ~ setting ~ "', which is not known. Allowed: " ~ allowed | join(', ') ~ "." ~ dbt_playbooks._did_you_mean(setting, allowed)) }}
  {%- endfor -%}
  {{ return(settings) }}
{% endmacro %}

{#- Whether a place holds a relation now; dbt's cache does not know what was made by a plain statement. -#}
{% macro _is_there(place) %}
  {%- if adapter.get_relation(database=place.database, schema=place.schema, identifier=place.identifier) is not none -%}
    {{ return(true) }}
  {%- endif -%}
  {%- set schema = api.Relation.create(database=place.database, schema=place.schema).without_identifier() -%}
  {{ return(place.identifier in dbt_playbooks._tables_in(schema)) }}
{% endmacro %}
