{#- Refuses that a column goes which the model's config has its table partitioned or clustered by: BigQuery changes no such column of a table that is there.
    A config that names another column by then is fine: its table was made for it. `kind` is what the column is from now on, where it keeps its name. -#}
{% macro _refuse_layout_column(what, column, kind=none) %}
  {%- set place = dbt_playbooks._calling_model() -%}
  {%- set config = place.get('config') if execute else none -%}
  {%- if config is not mapping or config.get('materialized') in ('view', 'ephemeral') -%}
    {{ return('') }}
  {%- endif -%}
  {%- set partition, clusters = config.get('partition_by'), config.get('cluster_by') or [] -%}
  {%- set field = partition.get('field') if partition is mapping else none -%}
  {%- set was = dbt_playbooks._kinds_of_words().get((partition.get('data_type') or 'date') | lower) if partition is mapping else none -%}
  {%- set by_partition = field | string | lower == column | lower and (kind is none or was != kind) -%}
  {%- set by_cluster = kind is none and column | lower in ([clusters] if clusters is string else clusters) | map('lower') | list -%}
  {%- if by_partition or by_cluster -%}
    {%- set argument = 'partition_by' if by_partition else 'cluster_by' -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": " ~ argument ~ " of model '" ~ place.get('name') ~ "' names the column '" ~ column ~ "', which this call would "
      ~ ("empty" if what == 'deprecated_column' else "cast to another type" if kind is not none else "take away") ~ ". BigQuery renames, retypes and drops no column that a table is partitioned or clustered by. "
      ~ "Let another table take its place: a model beside this one that has the column as it is to be, names it in " ~ argument ~ ", and says meta={'dbt_playbooks_replaces': '"
      ~ place.get('name') ~ "'}; backfill it, then run the operation cutover (`dbt-playbooks migrations` shows each step). Where dbt may drop the table and make it anew, it is enough that "
      ~ argument ~ " names what the column is from now on.") }}
  {%- endif -%}
{% endmacro %}
