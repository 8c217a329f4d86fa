{#- Values as a list, as far as they are not NULL. -#}
{% macro _listed(expression) %}
  {{ return(adapter.dispatch('_listed', 'dbt_playbooks')(expression=expression)) }}
{% endmacro %}

{% macro duckdb___listed(expression) %}
  {{ return('array_agg(' ~ expression ~ ')') }}
{% endmacro %}

{% macro bigquery___listed(expression) %}
  {{ return('array_agg(' ~ expression ~ ' ignore nulls)') }}
{% endmacro %}

{#- The median of such a list; NULL of an empty one. BigQuery has none that goes over a window of rows. -#}
{% macro _median_of(values) %}
  {{ return(adapter.dispatch('_median_of', 'dbt_playbooks')(values=values)) }}
{% endmacro %}

{% macro duckdb___median_of(values) %}
  {{ return('list_median(' ~ values ~ ')') }}
{% endmacro %}

{% macro bigquery___median_of(values) %}
  {{ return(
    '(select avg(each) from unnest(array(select one from unnest(' ~ values ~ ') as one order by one)) as each with offset as place where 2 * place between array_length('
    ~ values ~ ') - 2 and array_length(' ~ values ~ '))'
  ) }}
{% endmacro %}
