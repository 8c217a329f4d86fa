{#- What `by` cuts both tables into: days of a date or an instant, or values of a column or expression. {'label', 'old', 'new' (expressions),
    'names' (of the column on each side), 'kinds' (of dates, none for other values)}. Values that may be equal and look different (1 and 1.00,
    0.0 and -0.0) are cut as they look. -#}
{% macro _partitions_of(by, sides, rename, timezone) %}
  {%- if by is not string -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: `by` is " ~ by ~ ", and compare_rows takes one column, or one expression in parentheses, for example by: order_date.") }}
  {%- endif -%}
  {%- set found = {'label': by, 'kinds': none, 'timezone': dbt_playbooks._timezone(timezone)} -%}
  {%- if '(' in by -%}
    {%- set text = dbt_playbooks._as_text(by) -%}
    {%- do found.update(old=text, new=text) -%}
    {{ return(found) }}
  {%- endif -%}
  {%- set names, kinds, expressions = {'new': by, 'old': by}, {}, {} -%}
  {%- for old_name, new_name in rename.items() if new_name | lower == by | lower -%}
    {%- do names.update(old=old_name) -%}
  {%- endfor -%}
  {%- set families, types = [], [] -%}
  {%- for side, table in sides.items() -%}
    {%- if dbt_playbooks._is_pseudo_column(names[side]) -%}
      {%- do families.append('timestamp') -%}
      {%- do types.append('timestamp') -%}
    {%- else -%}
      {%- do names.update({side: dbt_playbooks._named_columns([names[side]], table.columns, table.relation, 'the column of `by`')[0]}) -%}
      {%- do types.append(table.columns[names[side] | lower].data_type | lower) -%}
      {%- do families.append(dbt_playbooks._family(types[-1])) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set dates = families[0] in ('date', 'timestamp') and families[1] in ('date', 'timestamp') -%}
  {%- set how = dbt_playbooks._compared_as(types[0], types[1]) -%}
  {%- for side, table in sides.items() -%}
    {%- if dates -%}
      {%- set pseudo = dbt_playbooks._is_pseudo_column(names[side]) -%}
      {%- do kinds.update({side: dbt_playbooks._column_kind(none, names[side]) if pseudo else dbt_playbooks._date_kind(table.columns[names[side] | lower].data_type)}) -%}
      {%- do expressions.update({side: dbt_playbooks._day_of(dbt_playbooks._quote(names[side]), kinds[side], timezone)}) -%}
    {%- else -%}
      {%- set quoted = dbt_playbooks._quote(names[side]) -%}
      {%- set value = dbt_playbooks._placed(how[side], quoted) if how else quoted -%}
      {%- do expressions.update({side: value if how and how.family in ('integer', 'text', 'bool') else dbt_playbooks._as_text(value)}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do found.update(expressions) -%}
  {%- do found.update(kinds=kinds if dates else none, names=names) -%}
  {{ return(found) }}
{% endmacro %}

{% macro _as_text(expression) %}
  {{ return('cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')') }}
{% endmacro %}

{#- Whether a day of the warehouse, as a text, is one that this calendar has, with the day after it: not infinity, no day before Christ, none after 9998. -#}
{% macro _is_plain_day(text) %}
  {{ return(text is not none and text | length == 10 and text[4:5] == '-' and '0001-01-01' <= text <= '9998-12-31') }}
{% endmacro %}

{#- Rows of some partitions, whose values are given as texts in their order (none: NULL), with literals that the warehouse prunes by where they are days. -#}
{% macro _partition_condition(partition, side, values) %}
  {%- set given, days, conditions = [], [], [] -%}
  {%- for value in values -%}
    {%- if value is none -%}
      {%- do conditions.append(partition[side] ~ ' is null') -%}
    {%- elif partition.kinds and dbt_playbooks._is_plain_day(value) -%}
      {%- do days.append(dbt_playbooks._date(value, 'a day of ' ~ partition.label)) -%}
    {%- else -%}
      {%- do given.append(value) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if days -%}
    {%- do conditions.append(dbt_playbooks._days_condition(days, partition.names[side], partition.kinds[side], partition.timezone, none)) -%}
  {%- endif -%}
  {%- if given -%}
    {%- do conditions.append(dbt_playbooks._as_text(partition[side]) ~ ' in (' ~ dbt_playbooks._string_literals(given) | join(', ') ~ ')') -%}
  {%- endif -%}
  {{ return(conditions[0] if conditions | length == 1 else '(' ~ conditions | join(' or ') ~ ')') }}
{% endmacro %}
