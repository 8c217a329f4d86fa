{#- How far a cutover is, as the warehouse shows it: 'table', 'replacement', 'backup' (relations) and 'state':
    'ready'    both are there, and `backup` is where the old table is to be
    'done'     the table is what the replacement was, and the backup keeps the old one
    'between'  there is no table: the replacement and the backup wait for its name
    'gone'     there is the backup only
    `old` is where the old table is now. -#}
{% macro _cutover_state(table, replacement, backup, undo) %}
  {%- set place = {
    'table': dbt_playbooks._named_relation(table), 'replacement': dbt_playbooks._named_relation(replacement),
    'asked': {'table': table, 'replacement': replacement}
  } -%}
  {%- set given = dbt_playbooks._given_backup(backup, place.table) if backup is not none else none -%}
  {%- do dbt_playbooks._refuse_same_place(place, given) -%}
  {%- set types = {} -%}
  {%- for side in ['table', 'replacement'] -%}
    {%- do types.update({side: dbt_playbooks._type_of(place[side])}) -%}
    {%- if types[side] not in (none, 'table') -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ place[side] ~ ", the " ~ side ~ ", is a " ~ types[side] ~ ", and only a table can take another's place. "
        ~ ("Point the view at the other table (create or replace view), or materialize its model as a table." if 'view' in types[side] else "Copy it into a table first.")) }}
    {%- endif -%}
  {%- endfor -%}
  {%- set taken = dbt_playbooks._type_of(given) if given else none -%}
  {%- set backups = ([given] if taken else []) if given else dbt_playbooks._backups_beside(place.table) -%}
  {%- set marked = adapter.dispatch('_marked_backup', 'dbt_playbooks')(
    place=place, backups=backups, given=given, has_replacement=types.replacement is not none, undo=undo
  ) if types.table else none -%}
  {%- if undo and types.table and given and not marked -%}
    {%- if not types.replacement -%}
      {%- do dbt_playbooks._refuse_other_backup(place.table, place.replacement, given, taken) -%}
    {%- endif -%}
    {%- if taken -%}
      {%- do adapter.dispatch('_refuse_other_cutover', 'dbt_playbooks')(place=place, backup=given) -%}
    {%- endif -%}
  {%- endif -%}
  {%- if undo and types.table and types.replacement and (marked or taken) -%}
    {%- do dbt_playbooks._refuse_rebuilt_replacement(place, marked or given, marked) -%}
  {%- endif -%}
  {%- if types.table and (marked or (undo and given and taken and not types.replacement)) -%}
    {%- do place.update(state='done', backup=marked or given, old=marked or given) -%}
  {%- elif types.table and types.replacement -%}
    {%- set left = adapter.dispatch('_left_snapshot', 'dbt_playbooks')(place=place, given=given) if taken else none -%}
    {%- if taken and not left -%}
      {%- do dbt_playbooks._refuse_taken(place.table, given, taken) -%}
    {%- endif -%}
    {%- set backup = left.backup if left and not left.is_behind else given if given and not taken else dbt_playbooks._backup_relation(place.table) -%}
    {%- do place.update(state='ready', backup=backup, old=place.table, left=left, given=given) -%}
  {%- elif types.table or not backups -%}
    {#- an error that names near misses -#}
    {%- do dbt_playbooks._relation(replacement if types.table else table) -%}
  {%- else -%}
    {%- set old = dbt_playbooks._old_table(place.table, backups) -%}
    {%- do place.update(state='between' if types.replacement else 'gone', backup=old, old=old) -%}
  {%- endif -%}
  {{ return(place) }}
{% endmacro %}
