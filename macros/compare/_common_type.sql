{#- The type that both sides are cast to, '' when they need no cast, none when no type holds the values of both. -#}
{% macro _common_type(family, old_type, new_type) %}
  {{ return(adapter.dispatch('_common_type', 'dbt_playbooks')(family=family, old_type=old_type, new_type=new_type)) }}
{% endmacro %}

{% macro duckdb___common_type(family, old_type, new_type) %}
  {%- set both = [old_type, new_type] -%}
  {#- DuckDB hashes NULL, [] and [NULL] alike, and [[1], [2]] like [[1, 2]] -#}
  {%- if family in ('nested', 'json') -%}
    {{ return('json text') }}
  {%- elif old_type.startswith('enum') or new_type.startswith('enum') -%}
    {#- an enum is hashed by its number, which depends on the type -#}
    {{ return('varchar') }}
  {%- elif old_type == new_type -%}
    {{ return('') }}
  {%- elif family == 'integer' -%}
    {{ return(dbt_playbooks._widest_integer(both)) }}
  {%- elif family == 'decimal' -%}
    {{ return(dbt_playbooks._widest_decimal(both)) }}
  {%- elif family == 'timestamp' -%}
    {{ return('timestamp_ns' if 'timestamp_ns' in both else 'timestamp') }}
  {%- endif -%}
  {{ return({'float': 'double', 'text': 'varchar'}.get(family)) }}
{% endmacro %}

{#- None when one is unsigned, the other is not, and 128 bits are too few. -#}
{% macro _widest_integer(types) %}
  {%- if 'uhugeint' in types -%}
    {{ return('uhugeint' if types[0][0] == 'u' and types[1][0] == 'u' else none) }}
  {%- endif -%}
  {{ return('hugeint' if 'hugeint' in types or 'ubigint' in types else 'bigint') }}
{% endmacro %}

{#- A decimal with the digits of both before the point and after it; an integer has as many before it as its type can. None beyond 38. -#}
{% macro _widest_decimal(types) %}
  {%- set digits = {'tinyint': 3, 'smallint': 5, 'integer': 10, 'bigint': 19, 'utinyint': 3, 'usmallint': 5, 'uinteger': 10, 'ubigint': 20} -%}
  {%- set whole, scales = [], [] -%}
  {%- for each in types -%}
    {%- if '(' in each -%}
      {%- set precision, scale = each.split('(')[1].rstrip(')').split(',') -%}
      {%- do whole.append(precision | int - scale | int) -%}
      {%- do scales.append(scale | int) -%}
    {%- else -%}
      {%- do whole.append(digits.get(each, 39)) -%}
      {%- do scales.append(0) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set precision = whole | max + scales | max -%}
  {{ return('decimal(' ~ precision ~ ', ' ~ scales | max ~ ')' if precision <= 38 else none) }}
{% endmacro %}

{% macro bigquery___common_type(family, old_type, new_type) %}
  {%- if family in ('nested', 'json', 'geography') -%}
    {{ return('json text') }}
  {%- elif family == 'bytes' -%}
    {{ return('hex text') }}
  {%- elif family == 'float' -%}
    {{ return('float64') }}
  {%- elif old_type == new_type or family == 'integer' -%}
    {{ return('') }}
  {%- elif family == 'timestamp' -%}
    {{ return('timestamp' if 'timestamp' in [old_type, new_type] and 'datetime' not in [old_type, new_type] else 'datetime') }}
  {%- endif -%}
  {{ return({'decimal': 'bignumeric', 'text': 'string'}.get(family)) }}
{% endmacro %}

{#- A column as a value of the common type. -#}
{% macro _as_common(column, data_type, family, cast_to) %}
  {%- if cast_to == '' -%}
    {{ return(column) }}
  {%- elif cast_to == 'json text' -%}
    {{ return(adapter.dispatch('_json_text', 'dbt_playbooks')(column=column, data_type=data_type)) }}
  {%- elif cast_to == 'hex text' -%}
    {#- not all bytes are a text, which a sample shows -#}
    {{ return('to_hex(' ~ column ~ ')') }}
  {%- elif cast_to == 'float64' -%}
    {#- -0.0 becomes 0.0, which it is equal to but not written like -#}
    {{ return((column if data_type == 'float64' else 'cast(' ~ column ~ ' as float64)') ~ ' + 0.0') }}
  {%- elif data_type in ('timestamptz', 'timestamp with time zone') -%}
    {#- by the clock of UTC, whatever the session's zone is -#}
    {{ return("cast(timezone('UTC', " ~ column ~ ') as ' ~ cast_to ~ ')') }}
  {%- endif -%}
  {{ return('cast(' ~ column ~ ' as ' ~ cast_to ~ ')') }}
{% endmacro %}

{% macro duckdb___json_text(column, data_type) %}
  {#- `json` writes the same value the same way -#}
  {{ return(('json(' if data_type == 'json' else 'cast(to_json(') ~ column ~ (')' if data_type == 'json' else ') as varchar)')) }}
{% endmacro %}

{% macro bigquery___json_text(column, data_type) %}
  {{ return(('st_astext(' if data_type == 'geography' else 'to_json_string(') ~ column ~ ')') }}
{% endmacro %}
