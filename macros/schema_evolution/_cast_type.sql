{#- The type that a word means on this adapter: {'kind', 'sql' (as the adapter spells it), 'suffix' (of a column of that type), 'precision', 'scale'}.
    `what` names the argument in the message. Words that both adapters know mean the same on both: an integer has 64 bits. -#}
{% macro _cast_type(data_type, what='to') %}
  {%- set spelled = data_type | string | trim | lower -%}
  {%- set word = spelled.split('(')[0] | trim -%}
  {%- set kinds = dbt_playbooks._kinds_of_words() -%}
  {%- set kind = kinds.get(word) -%}
  {%- if not kind or ('(' in spelled and kind != 'numeric') -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ data_type ~ "', which is no type that is known here. Allowed: " ~ kinds.keys() | join(', ')
      ~ "; and numeric(p, s), the only one that takes a size." ~ (" Write " ~ word ~ "." if kind else dbt_playbooks._did_you_mean(word, kinds.keys() | list))) }}
  {%- endif -%}
  {%- set digits = dbt_playbooks._digits_of(spelled, data_type, what) -%}
  {%- set suffixes = {'integer': 'int', 'bignumeric': 'numeric', 'boolean': 'bool', 'timestamptz': 'timestamp'} -%}
  {%- set sql = adapter.dispatch('_cast_type_sql', 'dbt_playbooks')(kind=kind, precision=digits[0], scale=digits[1]) -%}
  {%- if sql is none -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ data_type ~ "', which DuckDB does not have: its numbers hold 38 digits. Give their sizes: numeric(38, 18).") }}
  {%- endif -%}
  {{ return({
    'kind': kind, 'sql': sql, 'suffix': suffixes.get(kind, kind), 'precision': digits[0], 'scale': digits[1]
  }) }}
{% endmacro %}

{#- Each word to what it means. -#}
{% macro _kinds_of_words() %}
  {{ return({
    'integer': 'integer', 'int': 'integer', 'int64': 'integer', 'bigint': 'integer', 'numeric': 'numeric', 'decimal': 'numeric', 'bignumeric': 'bignumeric',
    'bigdecimal': 'bignumeric', 'float': 'float', 'float64': 'float', 'double': 'float', 'boolean': 'boolean', 'bool': 'boolean', 'string': 'string',
    'varchar': 'string', 'text': 'string', 'date': 'date', 'datetime': 'datetime', 'timestamp': 'timestamp', 'timestamptz': 'timestamptz',
    'timestamp with time zone': 'timestamptz'
  }) }}
{% endmacro %}

{#- [precision, scale] of 'numeric(10, 2)'. Without a size: those of BigQuery's NUMERIC. -#}
{% macro _digits_of(spelled, data_type, what) %}
  {%- if '(' not in spelled -%}
    {{ return([38, 9]) }}
  {%- endif -%}
  {%- set sizes = [] -%}
  {%- for size in spelled.split('(')[1].split(')')[0].split(',') -%}
    {%- set text = size | trim -%}
    {%- do sizes.append(text | int if text in range(39) | map('string') | list else -1) -%}
  {%- endfor -%}
  {%- set precision, scale = sizes[0], sizes[1] if sizes | length > 1 else 0 -%}
  {%- if sizes | length > 2 or precision < 1 or precision > 38 or scale < 0 or scale > precision -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ data_type ~ "'. Allowed: numeric(p, s) with p from 1 to 38 digits in all, and s from 0 to p of them after the point. For example numeric(10, 2).") }}
  {%- endif -%}
  {{ return([precision, scale]) }}
{% endmacro %}

{% macro duckdb___cast_type_sql(kind, precision, scale) %}
  {%- if kind == 'numeric' -%}
    {{ return('decimal(' ~ precision ~ ', ' ~ scale ~ ')') }}
  {%- endif -%}
  {{ return({
    'integer': 'bigint', 'float': 'double', 'boolean': 'boolean', 'string': 'varchar', 'date': 'date', 'datetime': 'timestamp', 'timestamp': 'timestamp',
    'timestamptz': 'timestamptz'
  }.get(kind)) }}
{% endmacro %}

{#- A NUMERIC holds 29 digits before the point and 9 after it. -#}
{% macro bigquery___cast_type_sql(kind, precision, scale) %}
  {%- if kind == 'numeric' -%}
    {{ return('numeric' if scale <= 9 and precision - scale <= 29 else 'bignumeric') }}
  {%- endif -%}
  {{ return({'integer': 'int64', 'float': 'float64', 'boolean': 'bool', 'timestamptz': 'timestamp'}.get(kind, kind)) }}
{% endmacro %}
