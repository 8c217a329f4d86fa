{#- A summary first, then the drill-down. -#}
{% macro _print_comparison(found, comparison, by) %}
  {%- do print(dbt_playbooks._comparison_title(found)) -%}
  {%- for side in ['old', 'new'] if found['only_' ~ side ~ '_columns'] -%}
    {%- do print('columns of the ' ~ side ~ ' table only, not compared: ' ~ found['only_' ~ side ~ '_columns'] | join(', ')) -%}
  {%- endfor -%}
  {%- if not found.same -%}
    {%- if found.partitions is not none -%}
      {%- set shown = [] -%}
      {%- for value in found.partitions[:10] -%}
        {%- do shown.append('NULL' if value is none else value) -%}
      {%- endfor -%}
      {%- do print('they differ in ' ~ found.partitions | length ~ ' of ' ~ by ~ ': ' ~ shown | join(', ') ~ (', ...' if found.partitions | length > 10 else '')) -%}
    {%- endif -%}
    {%- set counts = [] -%}
    {%- for column, number in found.columns.items() -%}
      {%- do counts.append([column, number]) -%}
    {%- endfor -%}
    {%- if counts -%}
      {%- do dbt_playbooks._print_table(['column', 'rows that differ'], counts) -%}
    {%- endif -%}
    {%- set lines = [] -%}
    {%- for row in found.sample -%}
      {%- set name = row.get('key', {}).values() | join(', ') -%}
      {%- for column, values in row.get('columns', row.get('row', {})).items() -%}
        {%- set sides = values if 'columns' in row else [values if row.old_copies else none, values if row.new_copies else none] -%}
        {%- do lines.append([name, row.status, column, sides[0], sides[1]]) -%}
      {%- endfor -%}
      {%- if not row.get('columns', row.get('row', {})) -%}
        {%- do lines.append([name, row.status, none, none, none]) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do dbt_playbooks._print_table(['key', 'status', 'column', 'old', 'new'], lines, title='some of the rows that differ:') -%}
  {%- endif -%}
{% endmacro %}

{#- One sentence. -#}
{% macro _comparison_title(found) %}
  {%- set sides = found.old_table ~ " (old, " ~ found.old_rows ~ " rows) and " ~ found.new_table ~ " (new, " ~ found.new_rows ~ " rows)" -%}
  {%- if found.same -%}
    {{ return(sides ~ " hold the same rows" ~ dbt_playbooks._duplicates_note(found)) }}
  {%- endif -%}
  {{ return(sides ~ " differ: " ~ found.only_in_old ~ " rows only in old, " ~ found.only_in_new ~ " only in new, " ~ found.differing ~ " that differ"
    ~ dbt_playbooks._duplicates_note(found)) }}
{% endmacro %}

{% macro _duplicates_note(found) %}
  {{ return("; " ~ found.duplicate_keys ~ " keys are there more than once" if found.duplicate_keys else "") }}
{% endmacro %}
