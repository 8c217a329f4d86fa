{#- What would run, in order, what is to be said of it, and how it is run. -#}
{% macro _print_plan(statements, notes='') %}
  {%- do print('Nothing was changed. This would run, in this order:\n\n' ~ statements | join(';\n\n') ~ ';\n') -%}
  {%- if notes | trim -%}
    {%- do print(notes | trim) -%}
  {%- endif -%}
  {%- do print("Run it with --args '{..., dry_run: false}'.") -%}
{% endmacro %}
