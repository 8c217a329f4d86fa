{#- What to edit in the project, where the tables are models: else the next run makes the old table again. Nothing is edited here. -#}
{% macro _print_next_in_dbt(place) %}
  {%- set table, replacement, lines = dbt_playbooks._node_at(place.table), dbt_playbooks._node_at(place.replacement), [] -%}
  {%- if table -%}
    {%- do lines.append('- ' ~ table.original_file_path ~ ': its SQL and config '
      ~ ('become those of ' ~ replacement.original_file_path if replacement else 'are to make what the replacement is') ~ '. Until then a run makes the old table again.') -%}
  {%- endif -%}
  {%- if replacement -%}
    {%- do lines.append('- ' ~ replacement.original_file_path ~ ': delete it' ~ (', and its entry in YAML' if replacement.patch_path else '') ~ '. A run would make the replacement again.') -%}
    {%- for node in graph.nodes.values() if replacement.unique_id in node.depends_on.nodes and node.resource_type not in ('test', 'unit_test') -%}
      {%- do lines.append('- ' ~ node.original_file_path ~ ": ref('" ~ replacement.name ~ "') becomes ref('" ~ (table.name if table else place.table.identifier) ~ "').") -%}
    {%- endfor -%}
  {%- endif -%}
  {%- if lines -%}
    {%- do print('\nIn the dbt project, to edit by hand:\n' ~ lines | join('\n')) -%}
  {%- endif -%}
  {%- if table -%}
    {%- do print('Then build what reads it: dbt build --select ' ~ table.name ~ '+1') -%}
  {%- endif -%}
{% endmacro %}
