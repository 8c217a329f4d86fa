{#- What kind of values a type has, for what they can be compared with: 'integer', 'decimal', 'float', 'text', 'nested' and so on; a type that is
    not known is a family of its own. -#}
{% macro _family(data_type) %}
  {%- set spelled = data_type | lower | trim -%}
  {%- set name = spelled.split('(')[0] | trim -%}
  {%- if name == 'enum' -%}
    {{ return('text') }}
  {%- elif '[' in spelled or '<' in spelled or name in ('struct', 'map', 'union') -%}
    {{ return('nested') }}
  {%- endif -%}
  {%- set families = {
    'integer': ['tinyint', 'smallint', 'integer', 'int', 'bigint', 'hugeint', 'utinyint', 'usmallint', 'uinteger', 'ubigint', 'uhugeint', 'int64'],
    'decimal': ['decimal', 'numeric', 'bignumeric', 'bigdecimal'], 'float': ['real', 'float', 'double', 'float4', 'float8', 'float64'],
    'text': ['varchar', 'text', 'string', 'char', 'bpchar', 'character varying', 'character', 'uuid'], 'bool': ['bool', 'boolean'],
    'timestamp': ['timestamp', 'datetime', 'timestamp_s', 'timestamp_ms', 'timestamp_ns', 'timestamptz', 'timestamp with time zone'],
    'bytes': ['blob', 'bytes', 'bytea']
  } -%}
  {%- for family, names in families.items() if name in names -%}
    {{ return(family) }}
  {%- endfor -%}
  {{ return(name) }}
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
