{#- What `by` groups by: {'label', 'name' (quoted), 'old', 'new' (expressions of each side)} each. A column, an expression in parentheses, a list of them, or
    names with expressions ({'day': 'date(created_at)'}); columns must be in both tables. `taken` are the other columns of the result. -#}
{% macro _groups(by, old, new, taken) %}
  {%- set groups = [] -%}
  {%- if by is mapping -%}
    {%- for label, expression in by.items() -%}
      {%- do groups.append(dbt_playbooks._group(label, expression, old, new, taken + groups | map(attribute='label') | map('lower') | list)) -%}
    {%- endfor -%}
  {%- else -%}
    {%- for each in dbt_playbooks._list(by) -%}
      {%- set is_expression = '(' in each | string -%}
      {%- set label = 'group_' ~ loop.index if is_expression else dbt_playbooks._unquoted(each if '"' in each | string else (each | string).split('.')[-1]) -%}
      {%- do groups.append(dbt_playbooks._group(label, each, old, new, taken + groups | map(attribute='label') | map('lower') | list)) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(groups) }}
{% endmacro %}

{#- BigQuery refuses two columns of one name in a result, and one that begins with `_PARTITION`. -#}
{% macro _group(label, expression, old, new, taken) %}
  {%- set types = [] -%}
  {%- if '(' not in expression | string and not dbt_playbooks._is_pseudo_column(expression | string) and execute -%}
    {%- for side in [old, new] if side is not string -%}
      {%- set columns = dbt_playbooks._columns_of(side) -%}
      {%- set name = dbt_playbooks._named_columns([expression], columns, side, "the column to group by")[0] -%}
      {%- do types.append(columns[name | lower].data_type | lower) -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set how = dbt_playbooks._compared_as(types[0], types[1]) if types | length == 2 else none -%}
  {%- set pseudo = {'_partitiontime': 'partition_time', '_partitiondate': 'partition_date'} -%}
  {%- set label, quoted = dbt_playbooks._free_name(pseudo.get(label | lower, label), 'group_', taken), dbt_playbooks._quote(expression) -%}
  {{ return({
    'label': label, 'name': dbt_playbooks._quoted(label),
    'old': dbt_playbooks._placed(how.old, quoted) if how else quoted, 'new': dbt_playbooks._placed(how.new, quoted) if how else quoted
  }) }}
{% endmacro %}

{#- A name for a column of a result that has others: with the prefix, as often as it takes, when it is taken. -#}
{% macro _free_name(label, prefix, taken) %}
  {%- if label | lower not in taken -%}
    {{ return(label) }}
  {%- endif -%}
  {{ return(dbt_playbooks._free_name(prefix ~ label, prefix, taken)) }}
{% endmacro %}

{#- The order of the groups, the group of NULL first on every warehouse. -#}
{% macro _ordinals(groups) %}
  {%- set ordinals = [] -%}
  {%- for group in groups -%}
    {%- do ordinals.append(loop.index ~ ' nulls first') -%}
  {%- endfor -%}
  {{ return(ordinals | join(', ')) }}
{% endmacro %}

{#- The rows whose status, their last value, is not 'same'. -#}
{% macro _differing(rows) %}
  {%- set differing = [] -%}
  {%- for row in rows if row[-1] != 'same' -%}
    {%- do differing.append(row) -%}
  {%- endfor -%}
  {{ return(differing) }}
{% endmacro %}

{#- What a gate says of the groups that differ: how many, and the first of them. Each row begins with its group and ends with its status. -#}
{% macro _differing_message(old, new, differing, groups, what) %}
  {%- set first = [] -%}
  {%- for group in groups -%}
    {%- do first.append(group.label ~ ' ' ~ ('NULL' if differing[0][loop.index0] is none else differing[0][loop.index0])) -%}
  {%- endfor -%}
  {{ return("the " ~ what ~ " of " ~ old ~ " (old) and " ~ new ~ " (new) differ"
    ~ (" in " ~ differing | length ~ " group" ~ ('' if differing | length == 1 else 's') ~ ", the first: " ~ first | join(', ') ~ " (" ~ differing[0][-1] ~ ")" if groups else "")
    ~ ". dbt_playbooks.compare_rows shows which rows.") }}
{% endmacro %}
