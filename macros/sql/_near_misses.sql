{#- The message for a table that does not exist, with the names that come near. -#}
{% macro _no_relation_message(table, place, names_in_schema) %}
  {%- set where = place.database ~ '.' ~ place.schema -%}
  {%- if place.node -%}
    {%- set kind = place.node.resource_type -%}
    {%- if kind == 'model' and place.node.config.materialized == 'ephemeral' -%}
      {{ return("dbt_playbooks: model '" ~ table ~ "' is ephemeral, so it has no table. Name a model that reads it, or materialize it as a view.") }}
    {%- endif -%}
    {{ return("dbt_playbooks: " ~ kind ~ " '" ~ table ~ "' has no table yet: " ~ where ~ "." ~ place.identifier ~ " does not exist. "
      ~ ("Load it first." if kind == 'source' else "Build it first: dbt build --select " ~ table)) }}
  {%- endif -%}
  {%- set candidates = names_in_schema[:] -%}
  {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed', 'snapshot') -%}
    {%- do candidates.append(node.name) -%}
  {%- endfor -%}
  {%- for source in graph.sources.values() -%}
    {%- do candidates.append(source.source_name ~ '.' ~ source.name) -%}
  {%- endfor -%}
  {%- set elsewhere = not names_in_schema and place.database | lower != target.database | lower -%}
  {%- set near = adapter.dispatch('_elsewhere_note', 'dbt_playbooks')(database=place.database) if elsewhere
    else dbt_playbooks._did_you_mean(place.identifier, candidates) -%}
  {{ return("dbt_playbooks: there is no table '" ~ table ~ "': " ~ where ~ " holds no '" ~ place.identifier
    ~ "' and no model, seed, snapshot or source has that name."
    ~ (near or " `dbt ls` lists the names of the project.")) }}
{% endmacro %}

{#- What may be wrong with another database in which no table is seen. -#}
{% macro duckdb___elsewhere_note(database) %}
  {{ return(" DuckDB reads another database when profiles.yml attaches it: attach: [{path: " ~ database ~ ".duckdb, alias: " ~ database ~ "}].") }}
{% endmacro %}

{% macro bigquery___elsewhere_note(database) %}
  {{ return(" Is there a dataset of that name in the project '" ~ database ~ "', and may this account list its tables?") }}
{% endmacro %}

{#- ' Did you mean a, b?', or '' when nothing comes near. -#}
{% macro _did_you_mean(wanted, names) %}
  {%- set near = dbt_playbooks._near_misses(wanted | string, names) -%}
  {{ return(" Did you mean " ~ near | join(', ') ~ "?" if near else "") }}
{% endmacro %}

{#- At most three of the names, the ones that share most pairs of letters with `wanted` first; none that shares less than a third. -#}
{% macro _near_misses(wanted, names) %}
  {%- set wanted_pairs = dbt_playbooks._letter_pairs(wanted) -%}
  {%- set scored = [] -%}
  {%- for name in names | unique | sort -%}
    {%- set pairs = dbt_playbooks._letter_pairs(name) -%}
    {%- set shared = [] -%}
    {%- for pair in pairs if pair in wanted_pairs -%}
      {%- do shared.append(pair) -%}
    {%- endfor -%}
    {%- set likeness = 200 * shared | length // (wanted_pairs | length + pairs | length) -%}
    {%- if likeness >= 33 -%}
      {%- do scored.append({'name': name, 'unlikeness': 100 - likeness}) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return((scored | sort(attribute='unlikeness') | map(attribute='name') | list)[:3]) }}
{% endmacro %}

{#- The different pairs of neighbouring letters; the ends of the word count as letters, so that one letter has pairs too. -#}
{% macro _letter_pairs(word) %}
  {%- set text = '^' ~ word | lower ~ '$' -%}
  {%- set pairs = [] -%}
  {%- for i in range(text | length - 1) if text[i:i + 2] not in pairs -%}
    {%- do pairs.append(text[i:i + 2]) -%}
  {%- endfor -%}
  {{ return(pairs) }}
{% endmacro %}
