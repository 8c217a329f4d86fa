{#- What would become of the values of a column as another type: how many fail, how many become another value, how many are only written otherwise, and which. -#}
{% macro cast_report(table, column, to, where=none, data_type=none, format=none, trim=false, blank_as_null=false, sample=10, max_rate=0.001,
                     max_lossy_rate=none, max_respelled_rate=none, fail=false) %}
  {%- do dbt_playbooks._cast_limits(max_rate, max_lossy_rate, max_respelled_rate, sample) -%}
  {%- if not execute -%}
    {{ return({}) }}
  {%- endif -%}
  {%- set asked = dbt_playbooks._asked_cast(table, column, to, data_type, format, trim, blank_as_null) -%}
  {%- set row = dbt_playbooks._query(dbt_playbooks._cast_report_sql(asked.table, asked.quoted, asked.rule, where, sample))[0] -%}
  {%- set found = {
    'row_count': row[0] | int, 'non_null_count': row[1] | int, 'failed_count': row[2] | int, 'lossy_count': row[3] | int, 'respelled_count': row[4] | int,
    'failed_rate': none if row[5] is none else row[5] | float, 'lossy_rate': none if row[6] is none else row[6] | float,
    'respelled_rate': none if row[7] is none else row[7] | float, 'failed_values': dbt_playbooks._bad_values(row[8]),
    'lossy_values': dbt_playbooks._bad_values(row[9]), 'respelled_values': dbt_playbooks._bad_values(row[10])
  } -%}
  {%- set scope = asked.name ~ ' of ' ~ asked.table ~ (' where ' ~ where if where else '') -%}
  {%- set title = scope ~ ' as ' ~ asked.rule.sql ~ ': ' ~ dbt_playbooks._cast_summary(found) -%}
  {%- do print(scope ~ ' is empty: nothing was cast.' if not found.row_count else title) -%}
  {%- set lines = [] -%}
  {%- for verdict in ['failed', 'lossy', 'respelled'] -%}
    {%- for each in found[verdict ~ '_values'] -%}
      {%- do lines.append([each.value, verdict, each.row_count]) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- if lines -%}
    {%- do dbt_playbooks._print_table(['value', 'verdict', 'row_count'], lines) -%}
  {%- endif -%}
  {%- set limits, exceeded = {'max_rate': [found.failed_rate, max_rate], 'max_lossy_rate': [found.lossy_rate, max_lossy_rate], 'max_respelled_rate': [found.respelled_rate, max_respelled_rate]}, [] -%}
  {%- set allowed = [] -%}
  {%- for name, pair in limits.items() if pair[1] is not none -%}
    {%- do allowed.append(name ~ ' ' ~ pair[1]) -%}
    {%- if found.non_null_count and pair[0] > pair[1] -%}
      {%- do exceeded.append(name) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if fail and exceeded -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cast_report: " ~ title ~ ". Allowed: " ~ allowed | join(', ') ~ ". Repair the values at their source, read them with trim, blank_as_null or format, or raise the limit.") }}
  {%- endif -%}
  {{ return(found) }}
{% endmacro %}

{% macro cast_report_sql(table, column, to, where=none, data_type=none, format=none, trim=false, blank_as_null=false, sample=10) %}
  {%- do dbt_playbooks._cast_limits(0, none, none, sample) -%}
  {%- if not execute -%}
    {{ return('') }}
  {%- endif -%}
  {%- set asked = dbt_playbooks._asked_cast(table, column, to, data_type, format, trim, blank_as_null) -%}
  {{ return(dbt_playbooks._cast_report_sql(asked.table, asked.quoted, asked.rule, where, sample)) }}
{% endmacro %}

{#- The relation, the column ('name', and 'quoted') and the rule of a report; the column's type is what the warehouse says, unless the caller does. -#}
{% macro _asked_cast(table, column, to, data_type, format, trim, blank_as_null) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- if '(' in column | string -%}
    {%- set name, quoted = column, column -%}
    {%- set now = data_type or dbt_playbooks._type_of_expression(column, relation) -%}
  {%- else -%}
    {%- set columns = dbt_playbooks._columns_of(relation) -%}
    {%- set name = dbt_playbooks._named_columns([column], columns, relation, 'the column to cast')[0] -%}
    {%- set now, quoted = data_type or columns[name | lower].data_type, dbt_playbooks._quoted(name) -%}
  {%- endif -%}
  {{ return({'table': relation, 'name': name, 'quoted': quoted, 'rule': dbt_playbooks._cast_rule(to, now, format, trim, blank_as_null)}) }}
{% endmacro %}

{#- What the warehouse says of a query without rows. -#}
{% macro _type_of_expression(expression, table) %}
  {{ return(dbt.get_column_schema_from_query('select ' ~ expression ~ ' as cast_column from ' ~ table)[0].data_type) }}
{% endmacro %}

{% macro _cast_limits(max_rate, max_lossy_rate, max_respelled_rate, sample) %}
  {%- do dbt_playbooks._rate(max_rate, 'max_rate') -%}
  {%- for name, rate in {'max_lossy_rate': max_lossy_rate, 'max_respelled_rate': max_respelled_rate}.items() if rate is not none -%}
    {%- do dbt_playbooks._rate(rate, name) -%}
  {%- endfor -%}
  {%- do dbt_playbooks._whole_number(sample, 'sample', 1000, least=0) -%}
{% endmacro %}

{#- '4 rows, 1 of them NULL; of 3 values 1 failed (0.333333), 1 lossy (0.333333) and 0 respelled (0.0)' -#}
{% macro _cast_summary(found) %}
  {%- set nulls = found.row_count - found.non_null_count -%}
  {%- set parts = [] -%}
  {%- for verdict in ['failed', 'lossy', 'respelled'] -%}
    {%- set rate = found[verdict ~ '_rate'] -%}
    {%- do parts.append(found[verdict ~ '_count'] ~ ' ' ~ verdict ~ (' (' ~ rate | round(6) ~ ')' if rate is not none else '')) -%}
  {%- endfor -%}
  {{ return(found.row_count ~ ' rows, ' ~ nulls ~ ' of them NULL; of ' ~ found.non_null_count ~ ' values ' ~ parts[:2] | join(', ') ~ ' and ' ~ parts[2]) }}
{% endmacro %}

{% macro _bad_values(text) %}
  {%- set found = [] -%}
  {%- for each in fromjson(text or '[]', default=[]) or [] -%}
    {%- set each = fromjson(each) if each is string else each -%}
    {%- do found.append({'value': each.bad_value, 'row_count': each.row_count | int}) -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}
