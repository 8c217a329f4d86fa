{% macro _rows_of(table, condition) %}
  {{ return(dbt_playbooks._query('select count(*) from ' ~ table ~ ('' if condition is none else ' where ' ~ condition))[0][0]) }}
{% endmacro %}
