{#- What is said of a comparison: {'title', 'notes' (sentences), 'tables' ({'title', 'headers', 'rows'} each; 'by_key' when rows of one key
    belong together)}, a summary first, then the drill-down. -#}
{% macro _comparison_report(found, by) %}
  {%- set notes, tables = [], [] -%}
  {%- for side in ['old', 'new'] if found['only_' ~ side ~ '_columns'] -%}
    {%- do notes.append('columns of the ' ~ side ~ ' table only, not compared: ' ~ found['only_' ~ side ~ '_columns'] | join(', ')) -%}
  {%- endfor -%}
  {%- for column, types in found.retyped_columns.items() -%}
    {%- do notes.append('column ' ~ column ~ ' is ' ~ types[0] ~ ' in old and ' ~ types[1] ~ ' in new; its values are compared') -%}
  {%- endfor -%}
  {%- for side in ['old', 'new'] if by is not none and found['only_' ~ side ~ '_partitions'] -%}
    {%- do notes.append('only ' ~ side ~ ' has rows in ' ~ dbt_playbooks._some_values(found['only_' ~ side ~ '_partitions'], by)) -%}
  {%- endfor -%}
  {%- if not found.same_rows -%}
    {%- if by is not none and found.partitions is not none -%}
      {%- do notes.append(('they differ, within the tolerance or beyond it, in ' if found.has_tolerance else 'they differ in ') ~ dbt_playbooks._some_values(found.partitions, by)) -%}
    {%- endif -%}
    {%- for each in found.look_alike -%}
      {%- do notes.append(each.column ~ ' of key ' ~ each.key.values() | join(', ') ~ ' differs at character ' ~ each.place ~ ': '
        ~ (each.old or 'the end of the text') ~ ' in old, ' ~ (each.new or 'the end of the text') ~ ' in new') -%}
    {%- endfor -%}
    {%- set counts = [] -%}
    {%- for column, stated in found.by_column.items() -%}
      {%- do counts.append([column, stated.differing, dbt_playbooks._percent(stated.share_the_same), stated.half_null, stated.greatest_distance]) -%}
    {%- endfor -%}
    {%- if counts -%}
      {%- do tables.append({'title': none, 'headers': ['column', 'rows that differ', 'the same', 'NULL on one side', 'greatest distance'], 'rows': counts}) -%}
    {%- endif -%}
    {%- do tables.extend(dbt_playbooks._sample_tables(found.sample)) -%}
  {%- endif -%}
  {{ return({'title': dbt_playbooks._comparison_title(found), 'notes': notes, 'tables': tables}) }}
{% endmacro %}

{#- '12 of day: 2024-01-01, ...' -#}
{% macro _some_values(values, by) %}
  {%- set shown = [] -%}
  {%- for value in values[:10] -%}
    {%- do shown.append('NULL' if value is none else value) -%}
  {%- endfor -%}
  {{ return(values | length ~ ' of ' ~ by ~ ': ' ~ shown | join(', ') ~ (', ...' if values | length > 10 else '')) }}
{% endmacro %}

{#- A part as '99.98 %': never rounded to all or to nothing. -#}
{% macro _percent(share) %}
  {%- if share is none -%}
    {{ return('-') }}
  {%- endif -%}
  {%- set hundredths = (share * 10000) | int -%}
  {{ return('under 0.01 %' if share > 0 and not hundredths else '%.2f %%' % (hundredths / 100)) }}
{% endmacro %}

{#- Two values; of long texts the part where they differ. -#}
{% macro _shown_pair(values) %}
  {%- if not (values[0] is string and values[1] is string and [values[0] | length, values[1] | length] | max > 120) -%}
    {{ return(values) }}
  {%- endif -%}
  {%- set begin, shown = [dbt_playbooks._first_difference(values[0], values[1]) - 40, 0] | max, [] -%}
  {%- for value in values -%}
    {%- do shown.append(('...' if begin else '') ~ value[begin:begin + 100] ~ ('...' if value | length > begin + 100 else '')) -%}
  {%- endfor -%}
  {{ return(shown) }}
{% endmacro %}

{#- What differs a line a column; of rows of one side a line each. -#}
{% macro _sample_tables(sample) %}
  {%- set changed, tables = [], [] -%}
  {%- for row in sample if row.status == 'differs' -%}
    {%- for column, values in row.columns.items() -%}
      {%- do changed.append([row.key.values() | join(', '), column] + dbt_playbooks._shown_pair(values)) -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- if changed -%}
    {%- do tables.append({'title': 'some of the rows that differ:', 'headers': ['key', 'column', 'old', 'new'], 'rows': changed, 'by_key': true}) -%}
  {%- endif -%}
  {%- for status, title in [['more often', 'some of the rows that one side has more often:'], ['only in old', 'some of the rows only in old:'], ['only in new', 'some of the rows only in new:']] -%}
    {%- set headers, lines = [], [] -%}
    {%- for row in sample if row.status == status -%}
      {%- set values, columns = row.get('key', {}).values() | list, row.get('columns', row.get('row', {})) -%}
      {%- for cell in columns.values() -%}
        {%- do values.append(cell[1 if status == 'only in new' else 0] if 'columns' in row else cell) -%}
      {%- endfor -%}
      {%- set copies = {'times in old': row.old_copies, 'times in new': row.new_copies} if status == 'more often' else {} -%}
      {%- do lines.append(values + copies.values() | list) -%}
      {%- do headers.append(row.get('key', {}).keys() | list + columns.keys() | list + copies.keys() | list) -%}
    {%- endfor -%}
    {%- if lines -%}
      {%- do tables.append({'title': title, 'headers': headers[0], 'rows': lines}) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(tables) }}
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
    {%- do differences.append(found.only_in_old ~ " row" ~ ('' if found.only_in_old == 1 else 's') ~ " only in old, " ~ found.only_in_new ~ " only in new, " ~ found.differing ~ " that differ"
      ~ (", " ~ found.within_tolerance ~ " that differ within the tolerance" if found.within_tolerance else "") ~ "; " ~ dbt_playbooks._percent(found.share_the_same) ~ " of all are the same") -%}
  {%- endif -%}
  {%- for side in ['old', 'new'] if found['only_' ~ side ~ '_columns'] -%}
    {%- set number = found['only_' ~ side ~ '_columns'] | length -%}
    {%- do differences.append(number ~ " column" ~ ('' if number == 1 else 's') ~ " only in " ~ side) -%}
  {%- endfor -%}
  {{ return(sides ~ " differ: " ~ differences | join('; ') ~ dbt_playbooks._duplicates_note(found)) }}
{% endmacro %}

{% macro _same_rows(found) %}
  {{ return("the same rows within the tolerance: " ~ dbt_playbooks._rows(found.within_tolerance) ~ " differ by less" if found.within_tolerance else "the same rows") }}
{% endmacro %}

{% macro _duplicates_note(found) %}
  {{ return("; " ~ found.duplicate_keys ~ " keys are there more than once" if found.duplicate_keys else "") }}
{% endmacro %}
