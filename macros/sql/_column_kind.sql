{#- The kind of date (see `_date_kind`) that a column of an existing table holds. `said` is the type that the caller named, if any. -#}
{% macro _column_kind(relation, column, said=none) %}
  {%- set wanted = column | string | replace('"', '') | replace('`', '') | lower -%}
  {%- if wanted == '_partitiontime' -%}
    {{ return('timestamp') }}
  {%- elif wanted == '_partitiondate' -%}
    {{ return('date') }}
  {%- endif -%}
  {%- set columns = adapter.get_columns_in_relation(relation) -%}
  {%- for candidate in columns if candidate.name | lower == wanted -%}
    {{ return(dbt_playbooks._stored_kind(candidate.data_type, said, "column '" ~ candidate.name ~ "' of " ~ relation)) }}
  {%- endfor -%}
  {{ exceptions.raise_compiler_error(
    "dbt_playbooks: " ~ relation ~ " has no column '" ~ column ~ "'. Its columns: " ~ columns | map(attribute='name') | join(', ')
    ~ ". Name the column of this table that holds the date: config(event_time='...') in the model, or the macro's argument."
    ~ dbt_playbooks._did_you_mean(wanted, columns | map(attribute='name') | list)
  ) }}
{% endmacro %}
