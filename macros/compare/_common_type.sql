{#- How two types are compared: 'family', the SQL that makes of a value of each side one of a common type ('old', 'new'; {} stands for it), and of that what is
    'hashed'. 'numbers' are 'old' and 'new' as numbers, where they are texts of numbers. None when no type holds the values of both. -#}
{% macro _compared_as(old_type, new_type) %}
  {%- set rules = [dbt_playbooks._type_rule(old_type), dbt_playbooks._type_rule(new_type)] -%}
  {%- set family = dbt_playbooks._common_family(rules[0].family, rules[1].family) -%}
  {%- if not family or none in [rules[0].compared, rules[1].compared] -%}
    {{ return(none) }}
  {%- elif old_type == new_type or family in ('json', 'nested') or rules[0].names == rules[1].names and rules[0].compared != '{}' -%}
    {{ return({'family': family, 'old': rules[0].compared, 'new': rules[1].compared, 'hashed': rules[0].hashed}) }}
  {%- endif -%}
  {%- set common = adapter.dispatch('_common_type', 'dbt_playbooks')(family=family, old_type=old_type, new_type=new_type) -%}
  {%- if common is none -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set sides = [] -%}
  {%- for data_type in [old_type, new_type] -%}
    {%- do sides.append(rules[loop.index0].compared if data_type == common else adapter.dispatch('_cast_to_common', 'dbt_playbooks')(data_type=data_type, common=common)) -%}
  {%- endfor -%}
  {%- set how = {'family': family, 'old': sides[0], 'new': sides[1], 'hashed': dbt_playbooks._type_rule(common).hashed} -%}
  {%- if family == 'float' and rules[0].family != rules[1].family -%}
    {%- set texts = [] -%}
    {%- for data_type in [old_type, new_type] -%}
      {%- do texts.append(dbt_playbooks._text_of_float() if rules[loop.index0].family == 'float' else dbt_playbooks._exact_beside_float(data_type)) -%}
    {%- endfor -%}
    {%- do how.update(numbers={'old': how.old, 'new': how.new}, old=texts[0], new=texts[1], hashed='{}') -%}
  {%- endif -%}
  {{ return(how) }}
{% endmacro %}

{#- The type that holds the values of two; none when there is none. -#}
{% macro duckdb___common_type(family, old_type, new_type) %}
  {%- set both = [old_type, new_type] -%}
  {%- if family == 'integer' -%}
    {{ return(dbt_playbooks._widest_integer(both)) }}
  {%- elif family == 'decimal' -%}
    {{ return(dbt_playbooks._widest_decimal(both)) }}
  {%- elif family == 'timestamp' -%}
    {#- the one has years that the other has not; both are written the same way -#}
    {{ return('varchar' if 'timestamp_ns' in both else 'timestamp') }}
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
  {%- if family == 'timestamp' -%}
    {{ return('timestamp' if 'timestamp' in [old_type, new_type] and 'datetime' not in [old_type, new_type] else 'datetime') }}
  {%- endif -%}
  {{ return({'integer': 'int64', 'float': 'float64', 'decimal': 'bignumeric', 'text': 'string'}.get(family)) }}
{% endmacro %}

{#- An instant by the clock of UTC, whatever the session's zone is; a day as its first moment. -#}
{% macro duckdb___cast_to_common(data_type, common) %}
  {%- if data_type in ('timestamptz', 'timestamp with time zone') -%}
    {{ return("cast(timezone('UTC', {}) as " ~ common ~ ')') }}
  {%- elif data_type == 'date' and common == 'varchar' -%}
    {{ return('cast(cast({} as timestamp) as varchar)') }}
  {%- endif -%}
  {{ return('cast({} as ' ~ common ~ ')') }}
{% endmacro %}

{% macro bigquery___cast_to_common(data_type, common) %}
  {{ return('cast({} as ' ~ common ~ ')') }}
{% endmacro %}
