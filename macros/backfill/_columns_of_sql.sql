{#- DuckDB: the columns that a query returns, in order, as `column_name` and `column_type`. dbt's own question lists the fields of a STRUCT
    in its place. -#}
{% macro _columns_of_sql(query) %}
  {{ return('select column_name, column_type\nfrom (describe select * from (\n' ~ query ~ '\n) as returned)') }}
{% endmacro %}
