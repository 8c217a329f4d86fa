{#- One INSERT of one row. `row` maps a column to a value; columns in `dates` hold ISO days, the column `clock` gets the
    warehouse's time. -#}
{% macro _insert_row_sql(relation, row, dates, clock) %}
  {%- set texts = [] -%}
  {%- for name, value in row.items() if value is string and name not in dates -%}
    {%- do texts.append(value) -%}
  {%- endfor -%}
  {%- set literals = dbt_playbooks._string_literals(texts) -%}
  {%- set names, values = [clock], [dbt_playbooks._now()] -%}
  {%- for name, value in row.items() -%}
    {%- do names.append(name) -%}
    {%- if value is none -%}
      {%- do values.append('null') -%}
    {%- elif name in dates -%}
      {%- do values.append("date '" ~ dbt_playbooks._date(value, name) ~ "'") -%}
    {%- else -%}
      {%- do values.append(literals.pop(0) if value is string else value | string) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return('insert into ' ~ relation ~ ' (' ~ names | join(', ') ~ ')\nvalues (' ~ values | join(', ') ~ ')') }}
{% endmacro %}
