{#- The columns that are compared: {'label', 'old', 'new', 'family', 'old_type', 'new_type', 'hashed'} each, `old` and `new` being expressions of one type,
    and `hashed` what is made of them to hash them. A column is called as in the new table; `rename` is what `_checked_rename` gives. -#}
{% macro _comparable_columns(sides, columns=none, exclude_columns=[], rename={}, what='a column of `columns`') %}
  {%- set old, new, in_old, in_new, pairs = sides.old.relation, sides.new.relation, sides.old.columns, sides.new.columns, [] -%}
  {%- set old_names = {} -%}
  {%- for old_name, new_name in rename.items() -%}
    {%- do old_names.update({new_name: old_name}) -%}
  {%- endfor -%}
  {%- set wanted = [] -%}
  {%- for name in dbt_playbooks._named_columns(dbt_playbooks._list(columns), in_new, new, what) -%}
    {%- do wanted.append(name | lower) -%}
  {%- endfor -%}
  {%- set unwanted = [] -%}
  {%- for name in dbt_playbooks._plain_names(exclude_columns) -%}
    {%- if name not in in_new and name not in in_old -%}
      {%- do dbt_playbooks._named_columns([name], in_new, new, "a column of `exclude_columns`") -%}
    {%- endif -%}
    {%- do unwanted.append(name) -%}
  {%- endfor -%}
  {%- for name, column in in_new.items() if (not wanted or name in wanted) and name not in unwanted -%}
    {%- set old_name = old_names.get(name, none if name in rename else name) -%}
    {%- if old_name in in_old -%}
      {%- do pairs.append(dbt_playbooks._comparable(column.name, in_old[old_name], column)) -%}
    {%- elif wanted -%}
      {%- do dbt_playbooks._named_columns([name], in_old, old, what) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if not pairs and execute -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ old ~ " and " ~ new ~ " have no column in common that is to be compared. The old one has: "
      ~ in_old.values() | map(attribute='name') | join(', ') ~ ". The new one has: " ~ in_new.values() | map(attribute='name') | join(', ')
      ~ ". Columns with other names are paired by rename: {old_name: new_name}.") }}
  {%- endif -%}
  {{ return(pairs) }}
{% endmacro %}

{#- A column of each side as expressions of one type, or an error that says why there is none. -#}
{% macro _comparable(label, old_column, new_column) %}
  {%- set old_type, new_type = old_column.data_type | lower, new_column.data_type | lower -%}
  {%- set how = dbt_playbooks._compared_as(old_type, new_type) -%}
  {%- if how is none -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: column '" ~ label ~ "' is " ~ old_type ~ " in the old table and " ~ new_type
      ~ " in the new one, which have no type in common. Leave it out with exclude_columns: [" ~ label ~ "], or compare views that cast it.") }}
  {%- endif -%}
  {{ return({
    'label': label, 'family': how.family, 'old_type': old_type, 'new_type': new_type, 'hashed': how.hashed,
    'old': dbt_playbooks._placed(how.old, dbt_playbooks._quoted(old_column.name)), 'new': dbt_playbooks._placed(how.new, dbt_playbooks._quoted(new_column.name)),
    'numbers': {
      'old': dbt_playbooks._placed(how.numbers.old, dbt_playbooks._quoted(old_column.name)), 'new': dbt_playbooks._placed(how.numbers.new, dbt_playbooks._quoted(new_column.name))
    } if how.get('numbers') else none
  }) }}
{% endmacro %}
