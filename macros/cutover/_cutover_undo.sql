{#- Plans or runs the way back. -#}
{% macro _cutover_undo(place, dry_run) %}
  {%- set what = place.table ~ ' is to be what it was, ' ~ dbt_playbooks._undoable(place).backup -%}
  {%- set copied = place.state == 'done' and dbt_playbooks._was_copied(place.backup) -%}
  {%- do print(what ~ (
    '. What ' ~ place.table ~ ' holds now, also the rows that came since the cutover, is kept as ' ~ dbt_playbooks._present_kept(place) if copied
    else ': ' ~ place.replacement ~ ' gets its own name back, with the rows that it has by now' if place.state == 'done' else ''
  )) -%}
  {%- set note = adapter.dispatch('_undo_note', 'dbt_playbooks')(place=place) -%}
  {%- if note -%}
    {%- do print(note) -%}
  {%- endif -%}
  {%- do dbt_playbooks._run_steps(dbt_playbooks._undo_steps(place), dry_run) -%}
  {%- do print("Run it with --args '{..., undo: true, dry_run: false}'." if dry_run else place.table ~ ' is what it was.') -%}
  {{ return([['state', place.state, what]]) }}
{% endmacro %}

{% macro _undoable(place) %}
  {%- if place.state == 'ready' -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: there is nothing to go back from: " ~ place.table ~ " and " ~ place.replacement ~ " are both there, and no mark says that the one took the other's place.") }}
  {%- endif -%}
  {{ return(place) }}
{% endmacro %}

{#- What else is to be said of the way back, or ''. -#}
{% macro duckdb___undo_note(place) %}
  {%- set indexes = dbt_playbooks._indexes_back(place, dbt_playbooks._catalogued(place.table), dbt_playbooks._catalogued(place.backup)) -%}
  {%- set mark = dbt_playbooks._backup_mark(place.backup) if place.state == 'done' else {} -%}
  {%- set lines = [] -%}
  {%- if mark and dbt_playbooks._made_again(place.table, mark) == 'unknown' -%}
    {%- do lines.append('That ' ~ place.replacement ~ ' took its place is what the mark of ' ~ place.backup ~ ' says. If ' ~ place.table ~ ' was made again since, as dbt run does it from its old SQL, put the rows back instead: '
      ~ dbt_playbooks._restore_command(place.table, place.backup)) -%}
  {%- endif -%}
  {{ return((lines + dbt_playbooks._notes_of_indexes(indexes, place.backup)) | join('\n')) }}
{% endmacro %}

{% macro bigquery___undo_note(place) %}
  {{ return('Row access policies: no SQL shows them, and those that ' ~ place.table ~ ' has now may not hold afterwards. Look, and create them again before you let people read it: '
    ~ dbt_playbooks._list_policies_command(place.table) if place.state == 'done' and dbt_playbooks._was_copied(place.backup) else '') }}
{% endmacro %}
