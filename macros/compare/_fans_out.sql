{#- Whether a join by the key would multiply rows: the sum of squares of counts in buckets of the keys' hashes, less what chance adds, is the number of
    pairs of rows with one key. -#}
{% macro _fans_out(comparison) %}
  {%- set counts = dbt_playbooks._query(dbt_playbooks._key_counts_sql(comparison)) -%}
  {%- for row in counts if row[0] -%}
    {%- if row[1] - row[0] * row[0] / 4096 > 4 * row[0] -%}
      {{ return(true) }}
    {%- endif -%}
  {%- endfor -%}
  {{ return(false) }}
{% endmacro %}

{% macro _key_counts_sql(comparison) %}
  {%- set sql -%}
{%- for side in ['old', 'new'] %}
select
  cast(sum(row_count) as {{ dbt.type_float() }}) as row_count,
  sum(cast(row_count as {{ dbt.type_float() }}) * row_count) as squares
from (
  select
    {{ dbt_playbooks._bucket(comparison, side, 4096) }} as bucket,
    count(*) as row_count
  from {{ comparison[side] }}
  {%- if comparison.where[side] %}
  where {{ comparison.where[side] }}
  {%- endif %}
  group by 1
) as buckets
{%- if loop.first %}
union all
{%- endif %}
{%- endfor %}
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- Whether two rows of one side have one key. -#}
{% macro _keys_repeat(comparison) %}
  {{ return(dbt_playbooks._query(dbt_playbooks._repeated_keys_sql(comparison))[0][0] | int > 0) }}
{% endmacro %}

{#- How many hashes of keys are there more than once on a side. -#}
{% macro _repeated_keys_sql(comparison) %}
  {%- set sql -%}
select count(*)
from (
{%- for side in ['old', 'new'] %}
  select {{ dbt_playbooks._row_hash(dbt_playbooks._hashed(comparison.key, side)) }} as key_hash
  from {{ comparison[side] }}
  {%- if comparison.where[side] %}
  where {{ comparison.where[side] }}
  {%- endif %}
  group by 1
  having count(*) > 1
  {%- if loop.first %}
  union all
  {%- endif %}
{%- endfor %}
) as repeated
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
