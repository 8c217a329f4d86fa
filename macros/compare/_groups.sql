{#- What `by` groups by: {'label', 'name' (quoted), 'expression', 'named' (the expression with its name)} each. A column, an expression in
    parentheses, a list of them, or names with expressions ({'day': 'date(created_at)'}); columns must be in both tables. BigQuery refuses two
    columns of one name in a result, and one that begins with `_PARTITION`. -#}
{% macro _groups(by, old, new) %}
  {%- set groups = [] -%}
  {%- if by is mapping -%}
    {%- for label, expression in by.items() -%}
      {%- do groups.append(dbt_playbooks._group(label, expression, old, new)) -%}
    {%- endfor -%}
  {%- else -%}
    {%- for each in dbt_playbooks._list(by) -%}
      {%- set is_expression = '(' in each | string -%}
      {%- set label = 'group_' ~ loop.index if is_expression else (each | string).split('.')[-1] | replace('"', '') | replace('`', '') -%}
      {%- do groups.append(dbt_playbooks._group(label, each, old, new)) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(groups) }}
{% endmacro %}

{% macro _group(label, expression, old, new) %}
  {%- if '(' not in expression | string and not dbt_playbooks._is_pseudo_column(expression | string) and execute -%}
    {%- for side in [old, new] if side is not string -%}
      {%- do dbt_playbooks._named_columns([expression], dbt_playbooks._columns_of(side), side, "the column to group by") -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set pseudo = {'_partitiontime': 'partition_time', '_partitiondate': 'partition_date'} -%}
  {%- set label = dbt_playbooks._free_name(pseudo.get(label | lower, label), 'group_', [
    'old_rows', 'new_rows', 'difference', 'differing', 'status', 'is_old', 'in_old', 'in_new'
  ]) -%}
  {%- set name, quoted = adapter.quote(label), dbt_playbooks._quote(expression) -%}
  {{ return({'label': label, 'name': name, 'expression': quoted, 'named': quoted if quoted == name else quoted ~ ' as ' ~ name}) }}
{% endmacro %}

{#- A name for a column of a result that has others: with the prefix when it is taken. -#}
{% macro _free_name(label, prefix, taken) %}
  {{ return(prefix ~ label if label | lower in taken else label) }}
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
