{#- Which rows differ, in which columns, in how many rows, and some of them side by side. Schema first, then counts and checksums by partition (`by`),
    then a join within the partitions that differ. `fail: true` makes a difference an error. -#}
{% macro compare_rows(old_table, new_table, key=none, by=none, columns=none, exclude_columns=[], rename={}, tolerance=none, where=none,
                      since=none, timezone='UTC', sample=10, fail=false) %}
  {%- if not execute -%}
    {{ return({}) }}
  {%- endif -%}
  {%- set asked = dbt_playbooks._asked_comparison(old_table, new_table, key, by, columns, exclude_columns, rename, tolerance, where, since, timezone) -%}
  {%- do dbt_playbooks._whole_number(sample, 'sample', 10000, least=0) -%}
  {%- set found = dbt_playbooks._found_differences(asked, sample) -%}
  {%- do dbt_playbooks._print_comparison(found, by) -%}
  {%- if fail and not found.same -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.compare_rows: " ~ dbt_playbooks._comparison_title(found)) }}
  {%- endif -%}
  {{ return(found) }}
{% endmacro %}

{#- The rows that differ: of a key its columns, a status, the names of the columns that differ, and each column of both sides; without a key, every
    row that one side has more often. -#}
{% macro compare_rows_sql(old_table, new_table, key=none, columns=none, exclude_columns=[], rename={}, tolerance=none, where=none) %}
  {%- set old, new = dbt_playbooks._relation(old_table), dbt_playbooks._relation(new_table) -%}
  {%- set comparison = dbt_playbooks._comparison(old, new, key, columns, exclude_columns, rename, tolerance, where) -%}
  {{ return(dbt_playbooks._differing_rows_sql(comparison) if comparison.key else dbt_playbooks._differing_copies_sql(comparison)) }}
{% endmacro %}

{% macro _differing_rows_sql(comparison) %}
  {%- set taken = ['status', 'differing'] -%}
  {%- for column in comparison.columns -%}
    {%- do taken.extend(['old_' ~ column.label | lower, 'new_' ~ column.label | lower]) -%}
  {%- endfor -%}
  {%- set sql -%}
{{ dbt_playbooks._paired_rows_sql(comparison, numbered=true) }}

select
  {%- for key in comparison.key %}
  key_{{ loop.index }} as {{ dbt_playbooks._quoted(dbt_playbooks._free_name(key.label, 'key_', taken)) if key.family else 'key_' ~ loop.index }},
  {%- endfor %}
  {{ dbt_playbooks._status_of_row(comparison) }} as status,
  {{ dbt_playbooks._true_labels(comparison.columns | map(attribute='label') | list, 'differs_') }} as differing
  {%- for column in comparison.columns %},
  old_{{ loop.index }} as {{ dbt_playbooks._quoted('old_' ~ column.label) }},
  new_{{ loop.index }} as {{ dbt_playbooks._quoted('new_' ~ column.label) }}
  {%- endfor %}
from judged
where is_different
order by {% for key in comparison.key %}key_{{ loop.index }}, {% endfor %}copy_number
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
