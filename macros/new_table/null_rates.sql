{#- The NULLs of each column, in all or by group, from one scan however many columns there are. -#}
{% macro null_rates(table, columns=none, by=none, where=none) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set groups = dbt_playbooks._groups(by, relation, relation, ['column_name', 'row_count', 'null_count', 'null_rate']) -%}
  {%- set rows = dbt_playbooks._query(dbt_playbooks._null_rates_sql(relation, columns, groups, where)) -%}
  {%- set counted = [] -%}
  {%- for row in rows if row[-3] -%}
    {%- do counted.append(row) -%}
  {%- endfor -%}
  {%- set scope = relation ~ (' where ' ~ where if where else '') -%}
  {%- do dbt_playbooks._print_table(
    groups | map(attribute='label') | list + ['column_name', 'row_count', 'null_count', 'null_rate'], rows,
    title='NULLs in ' ~ scope if counted else scope ~ ' is empty: there are no rates.'
  ) -%}
  {{ return(rows) }}
{% endmacro %}

{% macro null_rates_sql(table, columns=none, by=none, where=none) %}
  {%- if not execute -%}
    {{ return('') }}
  {%- endif -%}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {{ return(dbt_playbooks._null_rates_sql(relation, columns, dbt_playbooks._groups(by, relation, relation, ['column_name', 'row_count', 'null_count', 'null_rate']), where)) }}
{% endmacro %}

{#- Counted beside each other and then put below each other: a `union all` of the columns would be a scan each. -#}
{% macro _null_rates_sql(relation, columns, groups, where) %}
  {%- set names = dbt_playbooks._watched_columns(relation, dbt_playbooks._columns_of(relation), columns or none) -%}
  {%- set literals = dbt_playbooks._string_literals(names) -%}
  {%- set sql -%}
with counted as (
  select
    {%- for group in groups %}
    {{ group.new }} as group_{{ loop.index }},
    {%- endfor %}
    count(*) as row_count
    {%- for name in names %},
    count(*) - count({{ dbt_playbooks._quoted(name) }}) as nulls_{{ loop.index }}
    {%- endfor %}
  from {{ relation }}
  {%- set condition = dbt_playbooks._where_of(relation, where) %}
  {%- if condition %}
  where {{ condition }}
  {%- endif %}
  {%- if groups %}
  group by {{ range(1, groups | length + 1) | join(', ') }}
  {%- endif %}
)

select
  {%- for group in groups %}
  group_{{ loop.index }} as {{ group.name }},
  {%- endfor %}
  column_name,
  row_count,
  null_count,
  null_count / nullif(row_count, 0) as null_rate
from counted
unpivot (null_count for column_name in (
  {%- for literal in literals %}
  nulls_{{ loop.index }} as {{ literal }}{{ ',' if not loop.last }}
  {%- endfor %}
))
order by {{ dbt_playbooks._ordinals(groups) ~ ', ' if groups }}{{ groups | length + 3 }} desc, {{ groups | length + 1 }}
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- The columns whose NULLs are counted, as the table spells them, each once; all when none are named. -#}
{% macro _watched_columns(relation, known, columns) %}
  {%- if columns is none -%}
    {{ return(known.values() | map(attribute='name') | list) }}
  {%- endif -%}
  {{ return(dbt_playbooks._named_columns(dbt_playbooks._list(columns), known, relation, 'columns whose NULLs are counted') | unique | list) }}
{% endmacro %}
