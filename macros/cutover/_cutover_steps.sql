{#- The plan: 'title', 'statements' and 'then' (what to do if it stops after this) of each step. `guarded` are views that must be readable afterwards. -#}
{% macro _cutover_steps(place, strategy, carried, rename, guarded) %}
  {{ return(adapter.dispatch('_cutover_steps', 'dbt_playbooks')(place=place, strategy=strategy, carried=carried, rename=rename, guarded=guarded)) }}
{% endmacro %}

{#- The way back, in the same form. -#}
{% macro _undo_steps(place) %}
  {{ return(adapter.dispatch('_undo_steps', 'dbt_playbooks')(place=place)) }}
{% endmacro %}

{#- One transaction: it happens as a whole or not at all. -#}
{% macro duckdb___cutover_steps(place, strategy, carried, rename, guarded) %}
  {%- set outgoing = place.backup if place.state == 'ready' else none -%}
  {%- set was = carried.old if outgoing else {'indexes': [], 'columns': {}} -%}
  {%- set made = [] -%}
  {%- for index in dbt_playbooks._indexes_after(was, carried.new, rename) if not index.lost -%}
    {%- do made.extend(dbt_playbooks._index_statements(index, place.table)) -%}
  {%- endfor -%}
  {%- set statements = dbt_playbooks._swap_statements(place.table, place.replacement, outgoing, was.indexes + carried.new.indexes, carried.before, made) -%}
  {%- set mark = dbt_playbooks._backup_mark(place.backup) if place.state == 'between' else {} -%}
  {%- set replaced = {'replaced_by': place.replacement.identifier, 'replacement': {'definition': dbt_playbooks._definition(place.replacement)[0][1], 'indexes': carried.new.indexes}} -%}
  {%- if mark -%}
    {#- it tells how the table was made, which the backup itself no longer does -#}
    {%- do mark.update(replaced) -%}
    {%- do statements.append('comment on table ' ~ place.backup ~ ' is ' ~ dbt_playbooks._string_literal(tojson(mark))) -%}
  {%- else -%}
    {%- do replaced.update(table=place.table.identifier, comment=dbt_playbooks._without_mark(carried.old.comment)) -%}
    {%- do statements.append(dbt_playbooks._backup_mark_sql(place.old, place.backup, 'true', none, replaced)) -%}
  {%- endif -%}
  {%- for view in guarded -%}
    {%- do statements.append('select * from ' ~ view ~ ' limit 0') -%}
  {%- endfor -%}
  {{ return([{
    'title': 'one transaction', 'statements': statements,
    'then': 'If it stops before the commit, nothing has changed: run the same again.'
      ~ (' It also stops when a view that names the table could not be read any more: the last statements read them.' if guarded else '')
  }]) }}
{% endmacro %}

{% macro duckdb___undo_steps(place) %}
  {%- set outgoing = place.replacement if place.state == 'done' else none -%}
  {%- set goes, comes = dbt_playbooks._catalogued(place.table), dbt_playbooks._catalogued(place.backup) -%}
  {%- do dbt_playbooks._refuse_references({'table': place.table, 'replacement': place.backup}, goes, comes) -%}
  {%- set made = [] -%}
  {%- for index in dbt_playbooks._indexes_back(place, goes, comes) if not index.lost -%}
    {%- do made.extend(dbt_playbooks._index_statements(index, index.on)) -%}
  {%- endfor -%}
  {%- set statements = dbt_playbooks._swap_statements(place.table, place.backup, outgoing, goes.indexes + comes.indexes, [], made) -%}
  {%- set comment = dbt_playbooks._without_mark(comes.comment) -%}
  {%- do statements.append('comment on table ' ~ place.table ~ ' is ' ~ dbt_playbooks._string_literal(comment)) -%}
  {{ return([{'title': 'one transaction', 'statements': statements, 'then': 'If it stops before the commit, nothing has changed: run the same again.'}]) }}
{% endmacro %}

{#- Another table takes a table's name; what has the name goes to `outgoing`, none where nothing has it. DuckDB renames no table that has an index, so those of
    both (`indexes`) are dropped before, and `made` are statements that make indexes afterwards. -#}
{% macro _swap_statements(table, incoming, outgoing, indexes, before, made) %}
  {%- set statements = [] -%}
  {%- for index in indexes -%}
    {%- do statements.append('drop index ' ~ dbt_playbooks._index_name(table, index.name)) -%}
  {%- endfor -%}
  {%- do statements.extend(before) -%}
  {%- if outgoing -%}
    {%- do statements.append(dbt_playbooks._rename_sql(table, outgoing)) -%}
  {%- endif -%}
  {%- do statements.append(dbt_playbooks._rename_sql(incoming, table)) -%}
  {{ return(statements + made) }}
{% endmacro %}

{#- Within its schema. -#}
{% macro _rename_sql(relation, name) %}
  {{ return('alter table ' ~ relation ~ ' rename to ' ~ dbt_playbooks._quoted(name.identifier)) }}
{% endmacro %}
