{#- How the table is swapped: 'name', 'why' (what is said of it), and 'refused' (why it needs to be asked for by name, or none). -#}
{% macro _cutover_strategy(place, strategy) %}
  {%- set chosen = adapter.dispatch('_cutover_strategy', 'dbt_playbooks')(place=place, strategy=strategy) -%}
  {%- if place.state == 'between' -%}
    {%- do chosen.update(name='rename', refused=none, why='There is no ' ~ place.table ~ ' now: what reads it fails until this has run, or the way back (undo: true).') -%}
  {%- endif -%}
  {{ return(chosen) }}
{% endmacro %}

{% macro duckdb___cutover_strategy(place, strategy) %}
  {%- if strategy is not none -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: strategy is '" ~ strategy ~ "', which is for BigQuery. Leave it out: DuckDB has one way, both renames in one transaction.") }}
  {%- endif -%}
  {{ return({'name': 'transaction', 'refused': none,
             'why': 'DuckDB renames both tables in one transaction: a reader sees the old table until it is committed, and the new one from then on. The old table, renamed, is the backup: no row is copied.'}) }}
{% endmacro %}

{#- BigQuery replaces a table by a copy only where both are laid out alike; its message counts clustering to the partitioning. -#}
{% macro bigquery___cutover_strategy(place, strategy) %}
  {%- if strategy not in (none, 'copy', 'rename') -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: strategy is '" ~ strategy ~ "'. Allowed: copy (atomic), rename (with a gap), or none: copy where it is possible." ~ dbt_playbooks._did_you_mean(strategy, ['copy', 'rename'])) }}
  {%- endif -%}
  {%- set layouts = [dbt_playbooks._layout_of(place.old), dbt_playbooks._layout_of(place.replacement)] -%}
  {%- set alike = layouts[0] | lower == layouts[1] | lower -%}
  {%- set differ = 'The table is ' ~ layouts[0] ~ ', the replacement is ' ~ layouts[1] ~ ', and BigQuery refuses to replace a table by a copy that is laid out otherwise.' -%}
  {%- set gap = 'BigQuery renames the table, then the replacement, and has no transaction around them: in between, for as long as a change of metadata takes (seconds), queries fail with "not found". Both are sent as one script, which a client that dies does not stop, and which gives the old table its name back when the second one fails.' -%}
  {%- if strategy == 'copy' and not alike -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: strategy: copy does not work here. " ~ differ ~ " What is left is strategy: rename. " ~ gap) }}
  {%- elif strategy == 'rename' or not alike -%}
    {%- if place.table.database != place.replacement.database or place.table.schema != place.replacement.schema -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ place.table ~ " and " ~ place.replacement ~ " are in two datasets, and BigQuery renames no table into another. "
        ~ (differ if not alike else "strategy: copy does it.") ~ " Build the replacement in " ~ place.table.schema ~ ".") }}
    {%- endif -%}
    {%- if place.get('left') -%}
      {%- do dbt_playbooks._refuse_taken(place.table, place.given, 'snapshot') -%}
    {%- endif -%}
    {%- do dbt_playbooks._refuse_job_timeout(differ if not alike else 'strategy: copy does not need that.') -%}
    {{ return({'name': 'rename', 'why': (differ ~ ' ' if not alike else '') ~ gap, 'refused': none if strategy == 'rename' else 'this gap is to be accepted by name: strategy: rename'}) }}
  {%- endif -%}
  {{ return({'name': 'copy', 'refused': none,
             'why': 'Both tables are ' ~ layouts[0] ~ ', so BigQuery replaces the one by a copy of the other in one atomic step: the name is never gone. A snapshot made before is the backup. The replacement stays.' ~ dbt_playbooks._note_of_left(place)}) }}
{% endmacro %}

{#- How a table is laid out, in words; of one that the API does not know, too. -#}
{% macro _layout_of(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {%- set said = 'not partitioned' -%}
  {%- if table and table.time_partitioning -%}
    {%- set said = 'partitioned by ' ~ (table.time_partitioning.type_ or 'DAY') | lower ~ ' of ' ~ (table.time_partitioning.field or '_PARTITIONTIME') -%}
  {%- elif table and table.range_partitioning -%}
    {%- set range = table.range_partitioning.range_ -%}
    {%- set said = 'partitioned by ' ~ table.range_partitioning.field ~ ' from ' ~ range.start ~ ' to ' ~ range.end ~ ' by ' ~ range.interval -%}
  {%- endif -%}
  {{ return(said ~ (' and clustered by ' ~ table.clustering_fields | join(', ') if table and table.clustering_fields else '')) }}
{% endmacro %}

{#- A job that is cancelled runs no handler of its script. -#}
{% macro _refuse_job_timeout(reason) %}
  {%- if target.job_execution_timeout_seconds -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: the profile's target '" ~ target.name ~ "' sets job_execution_timeout_seconds (or timeout_seconds) to " ~ target.job_execution_timeout_seconds
      ~ ": dbt cancels a job that takes longer, and a script that is cancelled between the two renames does not give the table its name back. A rename needs a target without it: take it out of profiles.yml, or use --target. " ~ reason) }}
  {%- endif -%}
{% endmacro %}
