{#- Narrows a scope to the rows whose keys fall into buckets of hashes that differ: where most partitions differ in a few rows each, that spares
    most of the join. -#}
{% macro _narrow_by_key(scope, comparison) %}
  {%- set rows = [scope.old_rows, scope.new_rows] -%}
  {%- set buckets = dbt_playbooks._buckets_for(rows) -%}
  {%- set differing = dbt_playbooks._that_differ(dbt_playbooks._query(dbt_playbooks._buckets_sql(comparison, buckets))) -%}
  {%- if dbt_playbooks._narrows(differing, rows) -%}
    {%- set conditions = {} -%}
    {%- for side in ['old', 'new'] -%}
      {%- set numbers = dbt_playbooks._firsts_of(differing) | join(', ') -%}
      {%- do conditions.update({side: dbt_playbooks._bucket(comparison, side, buckets) ~ ' in (' ~ numbers ~ ')'}) -%}
    {%- endfor -%}
    {%- do dbt_playbooks._narrow(scope, differing, dbt_playbooks._narrowed(comparison, conditions)) -%}
  {%- endif -%}
{% endmacro %}

{#- How many buckets give each 600 rows of the larger side: more buckets, and grouping by them costs more than a shorter join saves. -#}
{% macro _buckets_for(rows) %}
  {{ return([65536, 1 + (rows | max) // 600] | min) }}
{% endmacro %}

{#- Buckets of keys in which the rows of both sides differ: number, rows of each side. -#}
{% macro _buckets_sql(comparison, buckets) %}
  {%- set sides = {} -%}
  {%- for side in ['old', 'new'] -%}
    {%- do sides.update({side: dbt_playbooks._bucket(comparison, side, buckets)}) -%}
  {%- endfor -%}
  {{ return(dbt_playbooks._partitions_sql(comparison, sides, checksums=true)) }}
{% endmacro %}

{#- Which of so many buckets the key of a row falls into. -#}
{% macro _bucket(comparison, side, buckets) %}
  {%- set key_hash = dbt_playbooks._row_hash(dbt_playbooks._hashed(comparison.key, side)) -%}
  {{ return(adapter.dispatch('_bucket_of', 'dbt_playbooks')(key_hash=key_hash, buckets=buckets)) }}
{% endmacro %}

{% macro duckdb___bucket_of(key_hash, buckets) %}
  {{ return(key_hash ~ ' % ' ~ buckets) }}
{% endmacro %}

{% macro bigquery___bucket_of(key_hash, buckets) %}
  {{ return('abs(mod(' ~ key_hash ~ ', ' ~ buckets ~ '))') }}
{% endmacro %}

{#- Whether two scans are cheaper than one join. Where bytes are billed they are not. -#}
{% macro _reads_twice_for_less() %}
  {{ return(adapter.dispatch('_reads_twice_for_less', 'dbt_playbooks')()) }}
{% endmacro %}

{% macro duckdb___reads_twice_for_less() %}
  {{ return(true) }}
{% endmacro %}

{% macro bigquery___reads_twice_for_less() %}
  {{ return(false) }}
{% endmacro %}
