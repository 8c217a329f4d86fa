{#- Whether a new table is right beside its source: counts, first and last dates, keys and NULLs, from one scan of each. `fail: true` makes a problem an error. -#}
{% macro validate_table(source_table, table, key=none, date_column=none, source_date_column=none, columns=none, where=none, source_where=none,
                        timezone='UTC', max_null_rate=none, fail=false) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set validation = dbt_playbooks._validation(
    source_table, table, key, date_column, source_date_column, columns, where, source_where, timezone, max_null_rate
  ) -%}
  {%- set checks, problems = dbt_playbooks._verdicts(validation, dbt_playbooks._query(dbt_playbooks._validation_sql(validation))[0]), [] -%}
  {%- for check in checks if check[3] == 'problem' -%}
    {%- do problems.append(check[0] ~ ': ' ~ check[4] ~ (' (source ' ~ check[1] ~ ', new ' ~ check[2] ~ ')' if check[1] is not none else '')) -%}
  {%- endfor -%}
  {%- set sides = validation.table ~ (' where ' ~ where if where else '') ~ ' (new) beside ' ~ validation.source
    ~ (' where ' ~ validation.source_where if validation.source_where else '') ~ ' (source)' -%}
  {%- do dbt_playbooks._print_table(
    ['check', 'source', 'new', 'verdict', 'why'], checks, title=sides ~ ': ' ~ (problems | length ~ ' of ' ~ checks | length ~ ' checks found a problem' if problems else 'no problem found')
  ) -%}
  {%- for given, missed in [[key, 'No key was given: duplicates were not looked for.'], [date_column, 'No date_column was given: dates were not compared.']] if not given -%}
    {%- do print(missed) -%}
  {%- endfor -%}
  {%- if fail and problems -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.validate_table: " ~ sides ~ ": " ~ problems | join('; ') ~ ".") }}
  {%- endif -%}
  {{ return(checks) }}
{% endmacro %}

{% macro validate_table_sql(source_table, table, key=none, date_column=none, source_date_column=none, columns=none, where=none, source_where=none,
                            timezone='UTC') %}
  {%- if not execute -%}
    {{ return('') }}
  {%- endif -%}
  {{ return(dbt_playbooks._validation_sql(dbt_playbooks._validation(
    source_table, table, key, date_column, source_date_column, columns, where, source_where, timezone, none
  ))) }}
{% endmacro %}

{#- What is validated: the two relations, their conditions and dates, the parts of the key, and the columns whose NULLs are counted, with their limits. -#}
{% macro _validation(source_table, table, key, date_column, source_date_column, columns, where, source_where, timezone, max_null_rate) %}
  {%- set source, new = dbt_playbooks._relation(source_table), dbt_playbooks._relation(table) -%}
  {%- set known = dbt_playbooks._columns_of(new) -%}
  {%- set limits = {} -%}
  {%- if max_null_rate is mapping -%}
    {%- for name, limit in max_null_rate.items() -%}
      {%- set spelled = dbt_playbooks._named_columns([name], known, new, 'a column of max_null_rate')[0] -%}
      {%- do limits.update({spelled: dbt_playbooks._rate(limit, 'max_null_rate of ' ~ name)}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set watched = (dbt_playbooks._watched_columns(new, known, columns) + limits.keys() | list) | unique | list -%}
  {%- if max_null_rate is not none and max_null_rate is not mapping -%}
    {%- for name in watched -%}
      {%- do limits.update({name: dbt_playbooks._rate(max_null_rate, 'max_null_rate')}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set days = {} -%}
  {%- if date_column is not none -%}
    {%- do dbt_playbooks._timezone(timezone) -%}
    {%- for side, relation, column in [['source', source, source_date_column or date_column], ['new', new, date_column]] -%}
      {%- do days.update({side: {'column': dbt_playbooks._quote(column), 'kind': dbt_playbooks._kind_of(relation, column), 'timezone': timezone}}) -%}
    {%- endfor -%}
  {%- elif source_date_column is not none -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: source_date_column is '" ~ source_date_column ~ "' and date_column is not given. Name the date of the new table, too: date_column: event_date.") }}
  {%- endif -%}
  {{ return({
    'source': source, 'table': new, 'source_where': where if source_where is none else source_where, 'where': where, 'days': days,
    'key': dbt_playbooks._key_parts(key, known, new), 'columns': watched, 'limits': limits
  }) }}
{% endmacro %}
