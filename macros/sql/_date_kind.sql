{#- What a date is held in: 'date', 'datetime' (no zone), 'timestamp' (an instant), 'timestamptz' (DuckDB's TIMESTAMP WITH TIME ZONE), 'text' (ISO days,
    a time may follow) or 'integer' (20240115), for a type as users or information schemas spell it. -#}
{% macro _date_kind(data_type) %}
  {%- set kind = dbt_playbooks._known_kind(data_type) -%}
  {%- if kind is none -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: '" ~ data_type ~ "' is no type that a date window can be cut in. " ~ dbt_playbooks._allowed_kinds()) }}
  {%- endif -%}
  {{ return(kind) }}
{% endmacro %}

{#- The kind of a column by the type that the warehouse has for it. Any text and any number could be meant, so these two must be said:
    `said` is the type that the caller named. `what` names the column in the error. -#}
{% macro _stored_kind(data_type, said, what) %}
  {%- set kind, wanted = dbt_playbooks._known_kind(data_type), none if said is none else dbt_playbooks._date_kind(said) -%}
  {%- if kind is none or (kind in ('text', 'integer') and wanted != kind) -%}
    {%- set holds = 'ISO days as text (2024-01-15)' if kind == 'text' else 'days as numbers (20240115)' -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is of type " ~ data_type ~ ", "
      ~ ("in which no date window can be cut. " if kind is none else "and "
         ~ ("data_type is '" ~ said ~ "'. " if wanted in ('text', 'integer') else "whether it holds days is not known. ") ~ "If it holds " ~ holds ~ ", say so: data_type='" ~ kind ~ "'. ")
      ~ dbt_playbooks._allowed_kinds()) }}
  {%- endif -%}
  {{ return(kind) }}
{% endmacro %}

{% macro _known_kind(data_type) %}
  {%- set kinds = {
    'date': 'date', 'datetime': 'datetime', 'timestamp without time zone': 'timestamp',
    'timestamp': 'timestamp', 'timestamp_s': 'timestamp', 'timestamp_ms': 'timestamp', 'timestamp_ns': 'timestamp',
    'timestamptz': 'timestamptz', 'timestamp with time zone': 'timestamptz',
    'text': 'text', 'string': 'text', 'varchar': 'text', 'char': 'text', 'bpchar': 'text', 'character varying': 'text',
    'integer': 'integer', 'int': 'integer', 'int4': 'integer', 'int8': 'integer', 'int64': 'integer', 'bigint': 'integer', 'hugeint': 'integer',
    'uinteger': 'integer', 'ubigint': 'integer'
  } -%}
  {%- set spelled = data_type | string | trim | lower -%}
  {%- set base = spelled.split('(')[0] | trim -%}
  {{ return(kinds.get(spelled) or (kinds.get(base) if kinds.get(base) == 'text' and spelled.endswith(')') else none)) }}
{% endmacro %}

{% macro _allowed_kinds() %}
  {{ return("Allowed: date, datetime, timestamp, timestamptz, text (ISO days), integer (20240115). For a column of another type give an expression, for example 'cast(day_text as date)'.") }}
{% endmacro %}

{#- DuckDB's TIMESTAMP is a local time where the model says that it is: BigQuery has a type for that. -#}
{% macro _local_kind(kind, said) %}
  {{ return(adapter.dispatch('_local_kind', 'dbt_playbooks')(kind=kind, said=said)) }}
{% endmacro %}

{% macro duckdb___local_kind(kind, said) %}
  {{ return('datetime' if kind == 'timestamp' and said == 'datetime' else kind) }}
{% endmacro %}

{% macro bigquery___local_kind(kind, said) %}
  {{ return(kind) }}
{% endmacro %}
