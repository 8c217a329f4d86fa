{#- What `metrics` measure: {'label', 'expression', 'tolerance'} each. An aggregate ('count(*)', 'sum(amount)'), a column (its sum), a list of them,
    or names with aggregates ({'revenue': 'sum(amount)'}). -#}
{% macro _metrics(metrics, tolerance, old, new) %}
  {%- set named = {} -%}
  {%- if metrics is mapping -%}
    {%- do named.update(metrics) -%}
  {%- else -%}
    {%- for each in dbt_playbooks._list(metrics) -%}
      {%- do named.update({dbt_playbooks._metric_name(each | string): each}) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if not named -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: there are no metrics to compare. Give aggregates, for example metrics: ['count(*)', 'sum(amount)'].") }}
  {%- endif -%}
  {%- set tolerances = dbt_playbooks._tolerances(tolerance, named.keys() | list, 'metric') -%}
  {%- set measures = [] -%}
  {%- for label, aggregate in named.items() -%}
    {%- set expression = aggregate | string | trim -%}
    {%- if '(' not in expression -%}
      {%- for side in [old, new] if execute and side is not string -%}
        {%- set example = 'sum(' ~ expression ~ ')' if ' ' in expression else 'avg(amount)' -%}
        {%- set columns = dbt_playbooks._columns_of(side) -%}
        {%- set name = dbt_playbooks._named_columns([expression], columns, side,
          "the metric '" ~ label ~ "', which is to be a column (its sum is compared) or an aggregate such as '" ~ example ~ "'")[0] -%}
        {%- set data_type = columns[name | lower].data_type -%}
        {%- if dbt_playbooks._family(data_type) in ('text', 'date', 'time', 'timestamp', 'bytes', 'json', 'nested') -%}
          {{ exceptions.raise_compiler_error("dbt_playbooks: metric '" ~ label ~ "' is the sum of " ~ name ~ ", which is " ~ data_type | lower ~ " in " ~ side
            ~ " and has none. Give an aggregate, for example 'max(" ~ name ~ ")' or 'count(distinct " ~ name ~ ")'.") }}
        {%- endif -%}
      {%- endfor -%}
      {%- set expression = 'sum(' ~ dbt_playbooks._quote(expression) ~ ')' -%}
    {%- endif -%}
    {%- do measures.append({'label': label, 'expression': expression, 'tolerance': tolerances[label]}) -%}
  {%- endfor -%}
  {{ return(measures) }}
{% endmacro %}

{#- An error for a metric that has a value for each row: of no rows an aggregate is one row, and anything else is none. Common aggregates are
    known without asking the warehouse. -#}
{% macro _refuse_values_of_rows(metrics, relation) %}
  {%- set known = ['count', 'countif', 'count_if', 'sum', 'avg', 'min', 'max', 'approx_count_distinct', 'stddev', 'variance', 'median'] -%}
  {%- set unknown, queries, found = [], [], [] -%}
  {%- for metric in metrics if metric.expression.split('(')[0] | trim | lower not in known or ' over' in metric.expression | lower -%}
    {%- do unknown.append(metric) -%}
    {%- do queries.append('select ' ~ dbt_playbooks._string_literal(metric.label) ~ ' as label from (select ' ~ metric.expression
      ~ ' as measured from ' ~ relation ~ ' where ' ~ dbt_playbooks._where_of(relation, 'false') ~ ') as asked') -%}
  {%- endfor -%}
  {%- for row in (dbt_playbooks._query(queries | join('\nunion all\n')) if unknown else []) -%}
    {%- do found.append(row[0]) -%}
  {%- endfor -%}
  {%- for metric in unknown if metric.label not in found -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: metric '" ~ metric.label ~ "' is no aggregate: " ~ metric.expression
      ~ " has a value for each row. Put an aggregate around it, sum(...) or max(...) for one.") }}
  {%- endfor -%}
{% endmacro %}

{#- 'sum(amount)' as 'sum_amount': BigQuery refuses other characters in a column of a result. -#}
{% macro _metric_name(expression) %}
  {%- set words = [''] -%}
  {%- for character in expression -%}
    {%- if character.isalnum() or character == '_' -%}
      {%- do words.append(words.pop() ~ character) -%}
    {%- elif words[-1] -%}
      {%- do words.append('') -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(words | select | join('_')) }}
{% endmacro %}
