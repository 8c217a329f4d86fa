{#- Old names to new ones in lower case, after looking each up in its table; two columns can't become one, nor one two. -#}
{% macro _checked_rename(rename, in_old, in_new, old, new) %}
  {%- set checked = {} -%}
  {%- for old_name, new_name in (rename or {}).items() -%}
    {%- do dbt_playbooks._named_columns([old_name], in_old, old, "a column of `rename` (old name: new name)") -%}
    {%- do dbt_playbooks._named_columns([new_name], in_new, new, "a column that `rename` calls new") -%}
    {%- if old_name | lower in checked or new_name | lower in checked.values() | list -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks: `rename` gives '" ~ old_name ~ "' the name '" ~ new_name
        ~ "', and one of the two is in it already. Give each column one name, and each name to one column.") }}
    {%- endif -%}
    {%- do checked.update({old_name | lower: new_name | lower}) -%}
  {%- endfor -%}
  {{ return(checked) }}
{% endmacro %}
