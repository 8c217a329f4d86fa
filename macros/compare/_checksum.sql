{#- One number for all rows of a group, that differs when a row does, whichever order they are in: a sum of the rows' hashes, as duplicates cancel
    each other in an exclusive or. `columns` are what is hashed (see `_hashed`). -#}
{% macro _checksum(columns) %}
  {{ return(adapter.dispatch('_checksum', 'dbt_playbooks')(row_hash=dbt_playbooks._row_hash(columns))) }}
{% endmacro %}

{% macro duckdb___checksum(row_hash) %}
  {{ return('sum(cast(' ~ row_hash ~ ' as hugeint))') }}
{% endmacro %}

{% macro bigquery___checksum(row_hash) %}
  {{ return('sum(cast(' ~ row_hash ~ ' as bignumeric))') }}
{% endmacro %}

{% macro _row_hash(columns) %}
  {{ return(adapter.dispatch('_row_hash', 'dbt_playbooks')(columns=columns)) }}
{% endmacro %}

{#- Of compared columns (see `_comparable_columns`), what is hashed of a side. -#}
{% macro _hashed(columns, side) %}
  {%- set values = [] -%}
  {%- for column in columns -%}
    {%- do values.append(dbt_playbooks._placed(column.hashed, column[side])) -%}
  {%- endfor -%}
  {{ return(values) }}
{% endmacro %}

{#- Hashed twice: DuckDB joins the hashes of several values in a way that two rows may swap one unseen in the sum. -#}
{% macro duckdb___row_hash(columns) %}
  {{ return('hash(hash(' ~ columns | join(', ') ~ '))') }}
{% endmacro %}

{#- The fields get names of their own: a column may be called otherwise on the other side. -#}
{% macro bigquery___row_hash(columns) %}
  {%- set fields = [] -%}
  {%- for column in columns -%}
    {%- do fields.append(column ~ ' as c' ~ loop.index) -%}
  {%- endfor -%}
  {{ return('farm_fingerprint(to_json_string(struct(' ~ fields | join(', ') ~ ')))') }}
{% endmacro %}
