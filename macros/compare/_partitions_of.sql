{#- What `by` cuts both tables into: days of a date or an instant, or values of a column or expression. {'label', 'old', 'new' (expressions),
    'names' (of the column on each side), 'kinds' (of dates, none for other values)}. -#}
{% macro _partitions_of(by, sides, rename, timezone) %}
  {%- set found = {'label': by | string, 'kinds': none, 'timezone': timezone} -%}
  {%- if '(' in by | string -%}
    {%- do found.update(old=by, new=by) -%}
    {{ return(found) }}
  {%- endif -%}
  {%- set names, kinds, expressions = {'new': by, 'old': by}, {}, {} -%}
  {%- for old_name, new_name in rename.items() if new_name | lower == by | lower -%}
    {%- do names.update(old=old_name) -%}
  {%- endfor -%}
  {%- set families = [] -%}
  {%- for side, table in sides.items() -%}
    {%- if dbt_playbooks._is_pseudo_column(names[side]) -%}
      {%- do families.append('timestamp') -%}
    {%- else -%}
      {%- do names.update({side: dbt_playbooks._named_columns([names[side]], table.columns, table.relation, 'the column of `by`')[0]}) -%}
      {%- do families.append(dbt_playbooks._family(table.columns[names[side] | lower].data_type)) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set dates = families[0] in ('date', 'timestamp') and families[1] in ('date', 'timestamp') -%}
  {%- for side, table in sides.items() -%}
    {%- if dates -%}
      {%- set pseudo = dbt_playbooks._is_pseudo_column(names[side]) -%}
      {%- do kinds.update({side: dbt_playbooks._column_kind(none, names[side]) if pseudo else dbt_playbooks._date_kind(table.columns[names[side] | lower].data_type)}) -%}
      {%- do expressions.update({side: dbt_playbooks._day_of(dbt_playbooks._quote(names[side]), kinds[side], timezone)}) -%}
    {%- else -%}
      {%- do expressions.update({side: dbt_playbooks._quote(names[side])}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do found.update(expressions) -%}
  {%- do found.update(kinds=kinds if dates else none, names=names) -%}
  {{ return(found) }}
{% endmacro %}

{#- Rows of some partitions, whose values are given as texts in their order (none: NULL), with literals that the warehouse prunes by where they are days. -#}
{% macro _partition_condition(partition, side, values) %}
  {%- set given, days, conditions = [], [], [] -%}
  {%- for value in values -%}
    {%- if value is none -%}
      {%- do conditions.append(partition[side] ~ ' is null') -%}
    {%- elif partition.kinds -%}
      {%- do days.append(dbt_playbooks._date(value, 'a day of ' ~ partition.label)) -%}
    {%- else -%}
      {%- do given.append(value) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if days -%}
    {%- do conditions.append(dbt_playbooks._days_condition(days, partition.names[side], partition.kinds[side], partition.timezone, none)) -%}
  {%- endif -%}
  {%- if given -%}
    {%- do conditions.append('cast(' ~ partition[side] ~ ' as ' ~ dbt.type_string() ~ ') in (' ~ dbt_playbooks._string_literals(given) | join(', ') ~ ')') -%}
  {%- endif -%}
  {{ return(conditions[0] if conditions | length == 1 else '(' ~ conditions | join(' or ') ~ ')') }}
{% endmacro %}
