{#- Names of the columns of each side that the other has under no name, without those that nobody wants compared. -#}
{% macro _one_sided_columns(sides, exclude_columns, rename) %}
  {%- set found, left_out, paired = {'old': [], 'new': []}, dbt_playbooks._plain_names(exclude_columns), {'old': [], 'new': []} -%}
  {%- for old_name, new_name in rename.items() -%}
    {%- do paired.old.append(old_name | lower) -%}
    {%- do paired.new.append(new_name | lower) -%}
  {%- endfor -%}
  {%- for side, other in [['old', 'new'], ['new', 'old']] -%}
    {%- for name, column in sides[side].columns.items() -%}
      {#- a name that was given away by `rename` is another column on the other side -#}
      {%- set is_paired = name in paired[side] or (name in sides[other].columns and name not in paired[other]) -%}
      {%- if not is_paired and name not in left_out -%}
        {%- do found[side].append(column.name) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}
