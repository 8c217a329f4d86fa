{#- A column's name (as `_name_key` spells it) in the new table: what `rename` says, where `condition` holds. A name that is taken by a renamed column is
    no column's any more: a dot before it, which no other name has. -#}
{% macro _new_name(key, rename, condition) %}
  {%- if not rename -%}
    {{ return(key) }}
  {%- endif -%}
  {%- set cases, old_names = [], [] -%}
  {%- for old_name in rename -%}
    {%- do old_names.append(old_name | lower) -%}
  {%- endfor -%}
  {%- for old_name, new_name in rename.items() -%}
    {%- set names = dbt_playbooks._string_literals([old_name, new_name, '.' ~ new_name]) -%}
    {%- do cases.append('when ' ~ dbt_playbooks._name_key(dbt_playbooks._path_step(names[0])) ~ ' then ' ~ dbt_playbooks._name_key(dbt_playbooks._path_step(names[1]))) -%}
    {%- if new_name | lower not in old_names -%}
      {%- do cases.append('when ' ~ dbt_playbooks._name_key(dbt_playbooks._path_step(names[1])) ~ ' then ' ~ dbt_playbooks._name_key(names[2])) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return('case when ' ~ condition ~ ' then case ' ~ key ~ ' ' ~ cases | join(' ') ~ ' else ' ~ key ~ ' end else ' ~ key ~ ' end') }}
{% endmacro %}
