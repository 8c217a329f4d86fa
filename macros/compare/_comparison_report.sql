{#- What is said of a comparison: {'title', 'notes' (sentences), 'tables' ({'title', 'headers', 'rows'} each)}, a summary first, then the drill-down. -#}
{% macro _comparison_report(found, by) %}
  {%- set notes, tables = [], [] -%}
  {%- for side in ['old', 'new'] if found['only_' ~ side ~ '_columns'] -%}
    {%- do notes.append('columns of the ' ~ side ~ ' table only, not compared: ' ~ found['only_' ~ side ~ '_columns'] | join(', ')) -%}
  {%- endfor -%}
  {%- for column, types in found.retyped_columns.items() -%}
    {%- do notes.append('column ' ~ column ~ ' is ' ~ types[0] ~ ' in old and ' ~ types[1] ~ ' in new; its values are compared') -%}
  {%- endfor -%}
  {%- if not found.same_rows -%}
    {%- if by is not none and found.partitions is not none -%}
      {%- set shown = [] -%}
      {%- for value in found.partitions[:10] -%}
        {%- do shown.append('NULL' if value is none else value) -%}
      {%- endfor -%}
      {%- do notes.append(('they differ, within the tolerance or beyond it, in ' if found.has_tolerance else 'they differ in ') ~ found.partitions | length ~ ' of ' ~ by ~ ': ' ~ shown | join(', ') ~ (', ...' if found.partitions | length > 10 else '')) -%}
    {%- endif -%}
    {%- set counts = [] -%}
    {%- for column, number in found.columns.items() -%}
      {%- do counts.append([column, number]) -%}
    {%- endfor -%}
    {%- if counts -%}
      {%- do tables.append({'title': none, 'headers': ['column', 'rows that differ'], 'rows': counts}) -%}
    {%- endif -%}
    {%- do tables.append({
      'title': 'some of the rows that differ:', 'headers': ['key' if found.has_key else 'row', 'status', 'column', 'old', 'new'], 'rows': dbt_playbooks._sample_lines(found.sample)
    }) -%}
  {%- endif -%}
  {{ return({'title': dbt_playbooks._comparison_title(found), 'notes': notes, 'tables': tables}) }}
{% endmacro %}

{#- A line a column of each row of the sample. -#}
{% macro _sample_lines(sample) %}
  {%- set lines = [] -%}
  {%- for row in sample -%}
    {%- set name = row.key.values() | join(', ') if 'key' in row else loop.index -%}
    {%- for column, values in row.get('columns', row.get('row', {})).items() -%}
      {%- set sides = values if 'columns' in row else [values if row.old_copies else none, values if row.new_copies else none] -%}
      {#- where a side has no such row, nothing: not NULL -#}
      {%- do lines.append([name, row.status, column, '' if row.status == 'only in new' else sides[0], '' if row.status == 'only in old' else sides[1]]) -%}
    {%- endfor -%}
    {%- if not row.get('columns', row.get('row', {})) -%}
      {%- do lines.append([name, row.status, none, none, none]) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(lines) }}
{% endmacro %}

{% macro _print_comparison(found, by) %}
  {%- set report = dbt_playbooks._comparison_report(found, by) -%}
  {%- do print(report.title) -%}
  {%- for note in report.notes -%}
    {%- do print(note) -%}
  {%- endfor -%}
  {%- for table in report.tables -%}
    {%- do dbt_playbooks._print_table(table.headers, table.rows, title=table.title) -%}
  {%- endfor -%}
{% endmacro %}

{#- One sentence. -#}
{% macro _comparison_title(found) %}
  {%- set sides = found.old_table ~ " (old, " ~ found.old_rows ~ " rows) and " ~ found.new_table ~ " (new, " ~ found.new_rows ~ " rows)" -%}
  {%- if found.same and not found.old_rows -%}
    {{ return(sides ~ " have no rows to compare") }}
  {%- elif found.same -%}
    {{ return(sides ~ " hold " ~ dbt_playbooks._same_rows(found) ~ dbt_playbooks._duplicates_note(found)) }}
  {%- endif -%}
  {%- set differences = [] -%}
  {%- if found.same_rows -%}
    {%- do differences.append("the columns that both have hold " ~ dbt_playbooks._same_rows(found)) -%}
  {%- else -%}
    {%- do differences.append(found.only_in_old ~ " row" ~ ('' if found.only_in_old == 1 else 's') ~ " only in old, " ~ found.only_in_new ~ " only in new, " ~ found.differing ~ " that differ") -%}
  {%- endif -%}
  {%- for side in ['old', 'new'] if found['only_' ~ side ~ '_columns'] -%}
    {%- set number = found['only_' ~ side ~ '_columns'] | length -%}
    {%- do differences.append(number ~ " column" ~ ('' if number == 1 else 's') ~ " only in " ~ side) -%}
  {%- endfor -%}
  {{ return(sides ~ " differ: " ~ differences | join('; ') ~ dbt_playbooks._duplicates_note(found)) }}
{% endmacro %}

{% macro _same_rows(found) %}
  {{ return("the same rows within the tolerance" if found.within_tolerance else "the same rows") }}
{% endmacro %}

{% macro _duplicates_note(found) %}
  {{ return("; " ~ found.duplicate_keys ~ " keys are there more than once" if found.duplicate_keys else "") }}
{% endmacro %}
