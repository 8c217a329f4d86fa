{#- Rows (lists) as an aligned table: a line of headers, a rule, a line a row; numbers to the right, rounded to 4 places after the point
    unless they are to be `exact`, NULL as '-'.
    `results.print_table()` prints nothing on Fusion, `print()` does on both. -#}
{% macro _print_table(headers, rows, title=none, exact=false) %}
  {%- if not execute -%}
    {{ return('') }}
  {%- endif -%}
  {%- if title -%}
    {%- do print(title) -%}
  {%- endif -%}
  {%- set columns = [] -%}
  {%- for i in range(headers | length) -%}
    {%- do columns.append(dbt_playbooks._aligned(headers[i], rows, i, exact)) -%}
  {%- endfor -%}
  {%- for line in range(rows | length + 1) -%}
    {%- set cells = [] -%}
    {%- for column in columns -%}
      {%- do cells.append(column[line]) -%}
    {%- endfor -%}
    {%- set text = cells | join('  ') -%}
    {%- do print(text.rstrip()) -%}
    {%- if loop.first -%}
      {%- do print(dbt_playbooks._repeated('-', text | length)) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if not rows -%}
    {%- do print('(no rows)') -%}
  {%- endif -%}
{% endmacro %}

{#- A column's header and cells as texts of one width. -#}
{% macro _aligned(header, rows, i, exact=false) %}
  {%- set texts, widths, numbers, aligned = [header], [header | length], [], [] -%}
  {%- for row in rows -%}
    {%- set digits = row[i] | string if row[i] is number else '' -%}
    {%- set fraction = '.' in digits and not digits.rstrip('0').endswith('.') -%}
    {#- a number of dbt's own table may be a Decimal -#}
    {%- set cell = row[i] | float | round(4) if fraction and not exact else row[i] -%}
    {%- set text = '-' if cell is none else cell | string | replace('\r', '') | replace('\n', ' ') -%}
    {%- set text = text if text | length <= 200 else text[:180] ~ '... (' ~ text | length ~ ' characters)' -%}
    {%- do texts.append(text) -%}
    {%- do widths.append(text | length) -%}
    {%- if row[i] is number -%}
      {%- do numbers.append(text) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set width = widths | max -%}
  {%- set spaces = dbt_playbooks._repeated(' ', width) -%}
  {%- for text in texts -%}
    {%- set gap = spaces[:width - text | length] -%}
    {%- do aligned.append(gap ~ text if numbers else text ~ gap) -%}
  {%- endfor -%}
  {{ return(aligned) }}
{% endmacro %}

{% macro _repeated(character, times) %}
  {{ return(character * times) }}
{% endmacro %}
