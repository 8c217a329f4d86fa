{#- What an incremental model has stored when a change goes on: rows that a run does not write again stay as they are. -#}

{#- {'relation', 'columns' (see `_columns_of`)} of the calling model's table; none where nothing is stored that stays: no incremental model,
    no table yet, or a full refresh. None, too, where the model is only compiled: what is asked here costs a query, and matters before a
    run. -#}
{% macro _stored_model() %}
  {%- set place = dbt_playbooks._calling_model() -%}
  {%- set config = place.get('config') if execute else none -%}
  {%- if config is not mapping or config.get('materialized') != 'incremental' or not place.get('schema') or 'dbt_playbooks_asking' in place or not dbt_playbooks._is_about_to_run() -%}
    {{ return(none) }}
  {%- elif (flags.FULL_REFRESH if config.get('full_refresh') is none else config.get('full_refresh')) -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set relation = adapter.get_relation(database=place.get('database'), schema=place.get('schema'), identifier=place.get('alias')) -%}
  {#- a backfill says of a table that its first window will make that it is there: it has no columns yet -#}
  {%- if relation is none or relation.type != 'table' or not adapter.get_columns_in_relation(relation) -%}
    {{ return(none) }}
  {%- endif -%}
  {{ return({'relation': relation, 'columns': dbt_playbooks._columns_of(relation)}) }}
{% endmacro %}

{#- Whether what is compiled runs right afterwards. -#}
{% macro _is_about_to_run() %}
  {{ return(flags.WHICH in ('run', 'build', 'retry')) }}
{% endmacro %}

{#- Refuses a typed column that is stored with another type: no value of on_schema_change brings the stored values there by the rule of the
    casts. -#}
{% macro _refuse_stored_type(what, name, rule) %}
  {%- set stored = dbt_playbooks._stored_model() -%}
  {%- set found = stored['columns'].get(name | lower) if stored else none -%}
  {%- if found and not dbt_playbooks._is_stored_as(found.data_type | lower, rule) -%}
    {%- set is_now = dbt_playbooks._shown_type(found.data_type) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": it makes '" ~ name ~ "' a column of type " ~ rule.sql ~ ", and "
      ~ stored.relation ~ " stores it as " ~ is_now
      ~ ". An incremental run does not change that, whatever on_schema_change says: with ignore and append_new_columns it stays " ~ is_now
      ~ ", and with sync_all_columns the warehouse casts what is stored "
      ~ "by a rule of its own, or fails. Build the model once with --full-refresh, or give the column another typed_name.") }}
  {%- endif -%}
  {{ return('') }}
{% endmacro %}

{#- What dbt calls a VARCHAR of DuckDB is no type that anybody wrote. -#}
{% macro _shown_type(data_type) %}
  {{ return(data_type | replace('character varying(256)', 'VARCHAR')) }}
{% endmacro %}

{% macro _is_stored_as(data_type, rule) %}
  {%- set word, wanted, kinds = data_type.split('(')[0] | trim, rule.sql.split('(')[0], dbt_playbooks._kinds_of_words() -%}
  {%- if rule.kind == 'string' -%}
    {{ return(dbt_playbooks._family(data_type) == 'text') }}
  {%- elif '(' in data_type and '(' in rule.sql -%}
    {{ return(data_type | replace(' ', '') == rule.sql | replace(' ', '')) }}
  {%- endif -%}
  {{ return(word == wanted or kinds.get(word) == kinds[wanted]) }}
{% endmacro %}
