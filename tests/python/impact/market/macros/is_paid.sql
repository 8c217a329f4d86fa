{% macro is_paid(alias) %}{{ alias }}.status = 'paid'{% endmacro %}
