{#- A view of BigQuery's that describes what is in the region of a relation, in one project: the relation's own unless another is given. -#}
{% macro _region_view(relation, view, project=none) %}
  {{ return(dbt_playbooks._quoted((project or relation.database) ~ '.region-' ~ adapter.get_dataset_location(relation) | lower ~ '.INFORMATION_SCHEMA.' ~ view)) }}
{% endmacro %}
