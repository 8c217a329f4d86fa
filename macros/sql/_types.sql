{#- What is known of a warehouse's types, in one place. Each row: the names that the warehouse and people have for it, without its size; its 'family', as values of
    one family can be compared with each other (see `_common_family`); as what it is 'compared' and shown, as SQL with {} for the value: as it is, or as a text where
    the warehouse has no equality, or another one than that of the values; and as what that is 'hashed': so that no two that differ have one hash by their making. -#}
{% macro _types() %}
  {{ return(adapter.dispatch('_types', 'dbt_playbooks')()) }}
{% endmacro %}

{#- DuckDB's hash of 128 bits is that of the one half with that of the other, whichever is which. That of an INTERVAL takes months, days and microseconds for the
    same, and its equality a month for 30 days. An enum is hashed by its number, which depends on the type. NULL, [] and [NULL] are hashed as one, and [[1], [2]]
    as [[1, 2]]. Two VARIANTs can't be compared when they hold two types. -#}
{% macro duckdb___types() %}
  {%- set own, text = '{}', 'cast({} as varchar)' -%}
  {{ return([
    {'names': ['boolean', 'bool'], 'family': 'bool', 'compared': own, 'hashed': own},
    {'names': ['tinyint', 'smallint', 'integer', 'int', 'bigint', 'int64', 'utinyint', 'usmallint', 'uinteger', 'ubigint'], 'family': 'integer', 'compared': own, 'hashed': own},
    {'names': ['hugeint', 'uhugeint'], 'family': 'integer', 'compared': own, 'hashed': text},
    {'names': ['decimal', 'numeric', 'bignumeric', 'bigdecimal'], 'family': 'decimal', 'compared': own, 'hashed': text},
    {'names': ['float', 'double', 'real', 'float4', 'float8', 'float64'], 'family': 'float', 'compared': own, 'hashed': own},
    {'names': ['bignum'], 'family': 'bignum', 'compared': own, 'hashed': own},
    {'names': ['varchar', 'text', 'string', 'char', 'bpchar', 'character varying', 'character'], 'family': 'text', 'compared': own, 'hashed': own},
    {'names': ['uuid'], 'family': 'text', 'compared': own, 'hashed': text},
    {'names': ['enum'], 'family': 'text', 'compared': text, 'hashed': own},
    {'names': ['blob', 'bytes', 'bytea'], 'family': 'bytes', 'compared': own, 'hashed': own},
    {'names': ['bit'], 'family': 'bit', 'compared': own, 'hashed': own},
    {'names': ['date'], 'family': 'date', 'compared': own, 'hashed': own},
    {'names': ['timestamp', 'datetime', 'timestamp_s', 'timestamp_ms', 'timestamp_ns'], 'family': 'timestamp', 'compared': own, 'hashed': own},
    {'names': ['timestamp with time zone', 'timestamptz'], 'family': 'timestamp', 'compared': own, 'hashed': own},
    {'names': ['time'], 'family': 'time', 'compared': own, 'hashed': own},
    {'names': ['time_ns'], 'family': 'time_ns', 'compared': own, 'hashed': own},
    {'names': ['time with time zone', 'timetz'], 'family': 'timetz', 'compared': own, 'hashed': own},
    {'names': ['interval'], 'family': 'interval', 'compared': text, 'hashed': own},
    {'names': ['geometry'], 'family': 'geometry', 'compared': own, 'hashed': own},
    {'names': ['json'], 'family': 'json', 'compared': dbt_playbooks._json_as_written(), 'hashed': own},
    {'names': ['struct', 'list', 'array', 'map', 'union'], 'family': 'nested', 'compared': 'cast(to_json({}) as varchar)', 'hashed': own},
    {'names': ['variant'], 'family': 'variant', 'compared': "variant_typeof({}) || ' ' || cast({} as varchar) || ' ' || hash(variant_normalize({}))", 'hashed': own},
    {'names': ['"null"', 'null'], 'family': 'null', 'compared': own, 'hashed': own}
  ]) }}
{% endmacro %}

{#- BigQuery's rows are hashed as JSON texts. GROUP BY and IS DISTINCT FROM take no JSON, GEOGRAPHY, STRUCT and ARRAY. An INTERVAL is equal to one that has 30 days for
    a month. Not all BYTES are a text, which is shown. -0.0 becomes 0.0, which it is equal to but not written like. ST_ASTEXT rounds. NULL would be the
    text 'null', as JSON's own null is. -#}
{% macro bigquery___types() %}
  {%- set own, as_json = '{}', 'case when {} is not null then to_json_string({}) end' -%}
  {{ return([
    {'names': ['bool', 'boolean'], 'family': 'bool', 'compared': own, 'hashed': own},
    {'names': ['int64', 'int', 'integer', 'bigint', 'smallint', 'tinyint', 'byteint'], 'family': 'integer', 'compared': own, 'hashed': own},
    {'names': ['numeric', 'decimal', 'bignumeric', 'bigdecimal'], 'family': 'decimal', 'compared': own, 'hashed': own},
    {'names': ['float64', 'float', 'double'], 'family': 'float', 'compared': '{} + 0.0', 'hashed': own},
    {'names': ['string', 'varchar', 'text', 'char', 'uuid'], 'family': 'text', 'compared': own, 'hashed': own},
    {'names': ['bytes'], 'family': 'bytes', 'compared': 'to_hex({})', 'hashed': own},
    {'names': ['date'], 'family': 'date', 'compared': own, 'hashed': own},
    {'names': ['timestamp', 'datetime'], 'family': 'timestamp', 'compared': own, 'hashed': own},
    {'names': ['time'], 'family': 'time', 'compared': own, 'hashed': own},
    {'names': ['interval'], 'family': 'interval', 'compared': 'cast({} as string)', 'hashed': own},
    {'names': ['range'], 'family': 'range', 'compared': as_json, 'hashed': own},
    {'names': ['geography'], 'family': 'geography', 'compared': "concat(st_astext({}), ' ', to_hex(md5(st_asbinary({}))))", 'hashed': own},
    {'names': ['json'], 'family': 'json', 'compared': as_json, 'hashed': own},
    {'names': ['struct', 'record', 'array'], 'family': 'nested', 'compared': as_json, 'hashed': own}
  ]) }}
{% endmacro %}

{#- `json` writes the same value the same way, and rounds numbers of many digits: where there may be one, the text is taken as it was written, without the blanks
    between its parts. -#}
{% macro _json_as_written() %}
  {{ return(
    'case when regexp_matches(cast({} as varchar), ' ~ dbt_playbooks._long_number() ~ ') then regexp_replace(cast({} as varchar), '
    ~ dbt_playbooks._pattern('(\\x22(?:[^\\x22\\\\]|\\\\.)*\\x22)|\\s+') ~ ', ' ~ dbt_playbooks._pattern('\\1') ~ ", 'g') else json({}) end"
  ) }}
{% endmacro %}

{#- More digits than a float holds, or an exponent that it may not have. -#}
{% macro _long_number() %}
  {{ return(dbt_playbooks._pattern('[0-9][0-9.]{15}|[eE][+-]?[0-9]{3}')) }}
{% endmacro %}

{#- The row of a type. One that is not known is a family of its own, compared as it is, and hashed as it is and as a text. -#}
{% macro _type_rule(data_type) %}
  {%- set spelled = data_type | lower | trim -%}
  {%- set name = modules.re.split('[(<]', spelled)[0] | trim -%}
  {%- set name = 'struct' if spelled.endswith(']') else name -%}
  {%- for rule in dbt_playbooks._types() if name in rule.names -%}
    {%- if name in ('struct', 'list', 'array', 'map', 'union') -%}
      {{ return(adapter.dispatch('_nested_rule', 'dbt_playbooks')(rule=rule, spelled=spelled)) }}
    {%- elif rule.family == 'decimal' and '(' in spelled and spelled.split('(')[1].split(',')[0].rstrip(')') | int <= 18 -%}
      {#- held in 64 bits, of which the hash tells all apart, and many times as fast as a text -#}
      {{ return({'names': rule.names, 'family': rule.family, 'compared': rule.compared, 'hashed': '{}'}) }}
    {%- endif -%}
    {{ return(rule) }}
  {%- endfor -%}
  {{ return({'names': [name], 'family': name, 'compared': '{}', 'hashed': adapter.dispatch('_unknown_hashed', 'dbt_playbooks')()}) }}
{% endmacro %}

{#- JSON in it is written as `json` writes it, and a VARIANT without its types. -#}
{% macro duckdb___nested_rule(rule, spelled) %}
  {%- set words = modules.re.sub('"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'', '', spelled) -%}
  {%- set words = modules.re.findall('[a-z_0-9]+', words) -%}
  {%- if 'variant' in words -%}
    {{ return({'names': rule.names, 'family': 'a variant in ' ~ spelled, 'compared': none, 'hashed': none}) }}
  {%- elif 'json' in words -%}
    {%- set long = 'case when regexp_matches(cast({} as varchar), ' ~ dbt_playbooks._long_number() ~ ") then cast({} as varchar) else '' end" -%}
    {{ return({'names': rule.names, 'family': rule.family, 'compared': rule.compared ~ ' || ' ~ long, 'hashed': rule.hashed}) }}
  {%- endif -%}
  {{ return(rule) }}
{% endmacro %}

{% macro bigquery___nested_rule(rule, spelled) %}
  {{ return(rule) }}
{% endmacro %}

{% macro duckdb___unknown_hashed() %}
  {{ return('{}, cast({} as varchar)') }}
{% endmacro %}

{% macro bigquery___unknown_hashed() %}
  {{ return('{}') }}
{% endmacro %}

{#- What kind of values a type has, for what they can be compared with: 'integer', 'decimal', 'float', 'text', 'nested' and so on. -#}
{% macro _family(data_type) %}
  {{ return(dbt_playbooks._type_rule(data_type).family) }}
{% endmacro %}

{#- The family in which values of two families can be compared, or none. -#}
{% macro _common_family(old, new) %}
  {%- for widening in [['integer', 'decimal', 'float'], ['date', 'timestamp'], ['json', 'nested']] if old in widening and new in widening -%}
    {%- set wider = [] -%}
    {%- for family in widening if family in (old, new) -%}
      {%- do wider.append(family) -%}
    {%- endfor -%}
    {{ return(wider[-1]) }}
  {%- endfor -%}
  {{ return(old if old == new else none) }}
{% endmacro %}

{#- A value in the place of {}. -#}
{% macro _placed(template, value) %}
  {{ return(template | replace('{}', value)) }}
{% endmacro %}
