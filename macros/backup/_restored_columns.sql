{#- How the columns of an origin become those of its table: {'names' (the table's), 'expressions' (over the origin), 'notes' (what is to be said
    before)}, or an error. The table is never altered. -#}
{% macro _restored_columns(origin, what) %}
  {%- set ours, rules = dbt_playbooks._typed_columns(origin.relation), dbt_playbooks._column_rules(origin.relation) -%}
  {%- set names, expressions, notes, retyped, came = [], [], [], [], [] -%}
  {%- for key, column in ours.items() -%}
    {%- set rule, theirs = rules.get(key, {}), origin.columns.get(key) -%}
    {%- if rule.computed -%}
      {%- do notes.append('Column ' ~ column.name ~ ' is computed again from the others.') -%}
    {%- elif theirs is none and rule.needed -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": column " ~ column.name ~ " of " ~ origin.relation ~ " takes no NULL and has no default, and " ~ origin.label ~ " has no such column. Give it a default, or let it be NULL, then run this again.") }}
    {%- elif theirs is none -%}
      {%- do came.append(column.name) -%}
      {%- do notes.append('Column ' ~ column.name ~ ' came later: it gets its default, or else NULL, in every restored row.') -%}
    {%- else -%}
      {%- set value = dbt_playbooks._quoted(theirs.name) -%}
      {%- if dbt_playbooks._spelled(theirs.data_type) != dbt_playbooks._spelled(column.data_type) -%}
        {%- set value = 'cast(' ~ value ~ ' as ' ~ column.data_type ~ ')' -%}
        {%- do retyped.append({'name': column.name, 'column': dbt_playbooks._quoted(theirs.name), 'old': theirs.data_type, 'new': column.data_type}) -%}
      {%- endif -%}
      {%- do names.append(dbt_playbooks._quoted(column.name)) -%}
      {%- do expressions.append(value) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for key, column in origin.columns.items() if key not in ours -%}
    {%- do notes.append('Column ' ~ column.name ~ ' (' ~ column.data_type ~ ') has gone from the table since, so it is not restored. To have it back, first: alter table '
      ~ origin.relation ~ ' add column ' ~ dbt_playbooks._quoted(column.name) ~ ' ' ~ column.data_type
      ~ ('. If it only has another name now, say so: rename: {' ~ column.name ~ ': ' ~ came[0] ~ '}' if came else '')) -%}
  {%- endfor -%}
  {%- do dbt_playbooks._refuse_lossy_casts(retyped, origin, what) -%}
  {%- for column in retyped -%}
    {%- do notes.append('Column ' ~ column.name ~ ' was ' ~ column.old ~ ' and is ' ~ column.new ~ ': each value is cast, and each comes back from the cast as it was.') -%}
  {%- endfor -%}
  {{ return({'names': names, 'expressions': expressions, 'notes': notes}) }}
{% endmacro %}

{#- As `_columns_of`, with the types as DuckDB has them: dbt gives each text a length. -#}
{% macro _typed_columns(relation) %}
  {%- set columns = {} -%}
  {%- for key, column in dbt_playbooks._columns_of(relation).items() -%}
    {%- do columns.update({key: {'name': column.name, 'data_type': column.data_type | replace('character varying(256)', 'VARCHAR')}}) -%}
  {%- endfor -%}
  {{ return(columns) }}
{% endmacro %}

{#- The columns of an origin under the names that they have in the table now. -#}
{% macro _renamed_columns(origin, rename) %}
  {%- if not rename or not origin.exists -%}
    {{ return(origin.columns) }}
  {%- endif -%}
  {%- set new_names = dbt_playbooks._checked_rename(rename, origin.columns, dbt_playbooks._columns_of(origin.relation), origin.label, origin.relation) -%}
  {%- set columns = {} -%}
  {%- for key, column in origin.columns.items() if key in new_names or key not in new_names.values() | list -%}
    {%- do columns.update({new_names.get(key, key): column}) -%}
  {%- endfor -%}
  {{ return(columns) }}
{% endmacro %}

{% macro _spelled(data_type) %}
  {{ return(data_type | lower | replace(' ', '')) }}
{% endmacro %}
