{#- What was checked: [check, verdict, what] each. A verdict is 'fine', 'problem', 'accepted' (a problem that `accept` names by its check), or 'unseen'. -#}
{% macro _cutover_findings(place, carried, comparison, accept) %}
  {%- set findings = [] -%}
  {%- set schema = dbt_playbooks._schema_findings(place, comparison.rename) -%}
  {%- do findings.extend(schema.findings) -%}
  {%- do findings.append(dbt_playbooks._rows_finding(place, comparison)) -%}
  {%- set views = dbt_playbooks._views_findings(place, schema.removed) -%}
  {%- do findings.extend(views.findings + carried.findings) -%}
  {%- set judged = [] -%}
  {%- for check, verdict, what in findings -%}
    {%- do judged.append([check, 'accepted' if verdict == 'problem' and check in accept else verdict, what]) -%}
  {%- endfor -%}
  {{ return({'rows': judged, 'views': views.readable}) }}
{% endmacro %}

{#- 'removed': the columns that go. How BigQuery lays a table out is a check of its own: who accepts a column does not mean other partitions. A partition
    column that goes is one of the changes that a replacement is for, and no ALTER is. -#}
{% macro _schema_findings(place, rename) %}
  {%- set findings, removed, otherwise = [], [], [] -%}
  {%- set column = adapter.dispatch('_partition_column', 'dbt_playbooks')(relation=place.old) -%}
  {%- for row in dbt_playbooks._query(dbt_playbooks.compare_schemas_sql(place.old, place.replacement, rename)) -%}
    {%- set values = row[2] if row[1] == 'removed' else row[3] if row[1] == 'added' else row[2] ~ ' to ' ~ row[3] -%}
    {%- set check = 'layout' if row[1] in ('partitioning', 'clustering') else 'schema' -%}
    {%- do (otherwise if check == 'layout' else findings).append([check, 'problem', (row[0] ~ ' ' if row[0] else '') ~ row[1] ~ ': ' ~ values]) -%}
    {%- if row[1] == 'removed' -%}
      {%- do removed.append(row[0].split('.')[-1] | replace('"', '')) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for old_name in rename -%}
    {%- do removed.append(old_name) -%}
  {%- endfor -%}
  {%- if column and column | lower in (removed | map('lower') | list) -%}
    {%- do otherwise.append(['layout', 'problem', 'the partition column ' ~ column ~ ' is ' ~ ('renamed' if column | lower in rename else 'gone')
      ~ ': no ALTER TABLE does that, only a replacement, and queries that filter by ' ~ column ~ ' fail afterwards']) -%}
  {%- endif -%}
  {{ return({'removed': removed, 'findings': (findings or [['schema', 'fine', 'the same columns']])
    + (otherwise or adapter.dispatch('_same_layout', 'dbt_playbooks')())}) }}
{% endmacro %}

{#- DuckDB's tables have no layout. -#}
{% macro duckdb___same_layout() %}
  {{ return([]) }}
{% endmacro %}

{% macro bigquery___same_layout() %}
  {{ return([['layout', 'fine', 'the same partitions and clusters']]) }}
{% endmacro %}

{% macro duckdb___partition_column(relation) %}
  {{ return(none) }}
{% endmacro %}

{% macro bigquery___partition_column(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {%- set partitioning = (table.time_partitioning or table.range_partitioning) if table else none -%}
  {{ return(partitioning.field if partitioning else none) }}
{% endmacro %}

{#- Counts and checksums, and then the rows that differ, as `compare_rows` finds and prints them. The columns of one side are told with the schema. -#}
{% macro _rows_finding(place, comparison) %}
  {%- set asked = dbt_playbooks._asked_comparison(
    place.old, place.replacement, key=comparison.key, by=comparison.by, exclude_columns=comparison.exclude_columns, rename=comparison.rename,
    tolerance=comparison.tolerance, where=comparison.where, timezone=comparison.timezone
  ) -%}
  {%- set found = dbt_playbooks._found_differences(asked, 10) -%}
  {%- if not found.same_rows -%}
    {%- do dbt_playbooks._print_comparison(found, comparison.by) -%}
    {{ return(['rows', 'problem', found.only_in_old ~ ' only in the table, ' ~ found.only_in_new ~ ' only in the replacement, ' ~ found.differing ~ ' that differ, of ' ~ found.old_rows ~ ' and ' ~ found.new_rows]) }}
  {%- endif -%}
  {{ return(['rows', 'fine', found.old_rows ~ ' in both, the same' ~ (' where ' ~ comparison.where if comparison.where else '')
    ~ (', ' ~ dbt_playbooks._list(comparison.exclude_columns) | join(', ') ~ ' not compared' if comparison.exclude_columns else '')]) }}
{% endmacro %}
