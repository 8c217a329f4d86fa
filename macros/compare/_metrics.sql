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
        {%- do dbt_playbooks._named_columns([expression], dbt_playbooks._columns_of(side), side,
          "the metric, which is to be a column (its sum is compared) or an aggregate such as 'avg(amount)'") -%}
      {%- endfor -%}
      {%- set expression = 'sum(' ~ dbt_playbooks._quote(expression) ~ ')' -%}
    {%- endif -%}
    {%- do measures.append({'label': label, 'expression': expression, 'tolerance': tolerances[label]}) -%}
  {%- endfor -%}
  {{ return(measures) }}
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
