{#- A replacement takes a table's place: checks, a plan (`dry_run: true`) or the swap, and the way back (`undo: true`). Returns [check, verdict, what] each. -#}
{% macro cutover(table, replacement, key=none, by=none, exclude_columns=[], rename={}, tolerance=none, where=none, timezone='UTC', accept=[], strategy=none,
                 backup=none, undo=false, dry_run=true) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set accept = dbt_playbooks._checked_accept(accept) -%}
  {%- set place = dbt_playbooks._cutover_state(table, replacement, backup, undo) -%}
  {%- if undo -%}
    {{ return(dbt_playbooks._cutover_undo(place, dry_run)) }}
  {%- elif place.state == 'done' -%}
    {%- set what = place.table ~ ' is what ' ~ place.replacement ~ ' was; the old table is ' ~ place.backup -%}
    {%- set missing = adapter.dispatch('_steps_when_done', 'dbt_playbooks')(place=place) -%}
    {%- do print('It is done already: ' ~ what ~ '. ' ~ ('The replacement has grants that the table lacks.' if missing else 'Nothing was run.')) -%}
    {%- if missing -%}
      {%- do dbt_playbooks._run_steps(missing, dry_run) -%}
    {%- endif -%}
    {%- do print(adapter.dispatch('_note_when_done', 'dbt_playbooks')(place=place) ~ dbt_playbooks._undo_command(place)) -%}
    {{ return([['state', 'done', what]]) }}
  {%- elif place.state == 'gone' -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: neither " ~ place.table ~ " nor " ~ place.replacement ~ " is there, only " ~ place.backup ~ ". " ~ dbt_playbooks._undo_command(place)) }}
  {%- endif -%}

  {%- set strategy, rename = dbt_playbooks._cutover_strategy(place, strategy), dbt_playbooks._lower_keys(rename, place) -%}
  {%- do place.update(swap=strategy.name) -%}
  {%- set carried = dbt_playbooks._carried(place, strategy, rename) -%}
  {%- set comparison = {
    'key': key, 'by': by, 'exclude_columns': exclude_columns, 'rename': rename, 'tolerance': tolerance, 'where': where, 'timezone': timezone
  } -%}
  {%- set found = dbt_playbooks._cutover_findings(place, carried, comparison, accept) -%}
  {%- set steps = dbt_playbooks._cutover_steps(place, strategy, carried, rename, [] if 'views' in accept else found.views) -%}
  {%- do dbt_playbooks._print_table(['check', 'verdict', 'what'], found.rows, title=place.table ~ ' is to be what ' ~ place.replacement ~ ' is'
    ~ (', which waits for its name: a cutover was broken off, ' ~ place.backup ~ ' is the old table' if place.state == 'between' else '')) -%}
  {%- do print('\n' ~ strategy.why ~ adapter.dispatch('_cutover_needs', 'dbt_playbooks')(strategy=strategy, steps=steps)) -%}

  {%- set refused = dbt_playbooks._refusal(found.rows, strategy) -%}
  {%- if refused and not dry_run -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: nothing was changed, because " ~ refused) }}
  {%- endif -%}
  {%- do dbt_playbooks._run_steps(steps, dry_run) -%}
  {%- if dry_run -%}
    {%- do print(('It would be refused, because ' ~ refused if refused else "Run it with --args '{..., dry_run: false}'.")
                 ~ ('' if backup or place.state == 'between' else ' The name of the backup is new each time.')) -%}
  {%- else -%}
    {%- do print(place.table ~ ' is what ' ~ place.replacement ~ (' is, which you may drop' if strategy.name == 'copy' else ' was') ~ '. The old table is kept as ' ~ place.backup
                 ~ ' until you drop it.\n' ~ dbt_playbooks._undo_command(place)) -%}
  {%- endif -%}
  {%- do dbt_playbooks._print_next_in_dbt(place) -%}
  {{ return(found.rows) }}
{% endmacro %}

{#- The statements, without the checks. -#}
{% macro cutover_sql(table, replacement, rename={}, strategy=none, backup=none, undo=false) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set place = dbt_playbooks._cutover_state(table, replacement, backup, undo) -%}
  {%- if undo -%}
    {%- set steps = dbt_playbooks._undo_steps(dbt_playbooks._undoable(place)) -%}
  {%- elif place.state not in ('ready', 'between') -%}
    {{ return([]) }}
  {%- else -%}
    {%- set strategy, rename = dbt_playbooks._cutover_strategy(place, strategy), dbt_playbooks._lower_keys(rename, place) -%}
    {%- set steps = dbt_playbooks._cutover_steps(place, strategy, dbt_playbooks._carried(place, strategy, rename), rename, []) -%}
  {%- endif -%}
  {%- set statements = [] -%}
  {%- for step in steps -%}
    {%- do statements.append(dbt_playbooks._in_transaction(step.statements) | join(';\n')) -%}
  {%- endfor -%}
  {{ return(statements) }}
{% endmacro %}

{#- Names of columns of the old table, which must be there, to those of the replacement. -#}
{% macro _lower_keys(rename, place) %}
  {%- do dbt_playbooks._check_rename(rename, place.old, place.replacement) -%}
  {%- set lowered = {} -%}
  {%- for old_name, new_name in (rename or {}).items() -%}
    {%- do lowered.update({old_name | lower: new_name}) -%}
  {%- endfor -%}
  {{ return(lowered) }}
{% endmacro %}
