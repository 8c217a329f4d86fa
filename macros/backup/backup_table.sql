{#- Makes a backup of a table beside it, and says how to go back to it. Returns [[backup, rows, expires_at]]. -#}
{% macro backup_table(table, suffix=none, kind='snapshot', expires_days=none, skip_streamed=false, dry_run=false) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set plan = dbt_playbooks._backup_plan(table, suffix, kind, expires_days) -%}
  {%- set name = dbt_playbooks._full_name(plan.backup) -%}
  {%- do dbt_playbooks._refuse_unless_table(plan.relation, 'backup_table') -%}
  {%- if dbt_playbooks._type_of(plan.backup) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.backup_table: the name " ~ plan.backup ~ " is taken. Give another suffix, or none: then the name holds the time and is always new.") }}
  {%- endif -%}
  {%- set streamed = dbt_playbooks._streamed_rows(plan.relation) -%}
  {%- if streamed and not skip_streamed -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.backup_table: " ~ streamed ~ " A backup would miss them. Wait until they have left it, up to 90 minutes after the last one came, or give skip_streamed: true. Nothing was made.") }}
  {%- endif -%}
  {%- set expires_at = none if plan.expires_at is none else dbt_playbooks._instant_text(plan.expires_at)[:19] -%}
  {%- if dry_run -%}
    {%- set rows = dbt_playbooks._rows_of(plan.relation, dbt_playbooks._always_of(plan.relation)) -%}
    {%- do print(plan.relation ~ ' has ' ~ rows ~ ' rows.' ~ (' ' ~ streamed if streamed else '')) -%}
    {%- do dbt_playbooks._print_plan([plan.sql], [dbt_playbooks._expiry_note(plan.expires_at), dbt_playbooks._needs(kind, plan.expires_at)] | join('\n')) -%}
    {{ return([[name, rows, expires_at]]) }}
  {%- endif -%}
  {%- do dbt_playbooks._change([plan.sql]) -%}
  {%- set size = dbt_playbooks._backup_size(plan.backup) -%}
  {%- do print(name ~ ' is a backup of ' ~ plan.relation ~ ': ' ~ size.rows ~ ' rows'
    ~ ('' if not streamed else ', without those that are still being streamed') ~ '. ' ~ dbt_playbooks._expiry_note(plan.expires_at)) -%}
  {%- do print('To go back to it: ' ~ dbt_playbooks._restore_command(plan.relation, plan.backup)) -%}
  {{ return([[name, size.rows, expires_at]]) }}
{% endmacro %}

{% macro backup_table_sql(table, suffix=none, kind='snapshot', expires_days=none) %}
  {{ return([dbt_playbooks._backup_plan(table, suffix, kind, expires_days).sql]) }}
{% endmacro %}

{% macro _backup_plan(table, suffix, kind, expires_days) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- if kind not in ('snapshot', 'clone') -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.backup_table: kind '" ~ kind ~ "' is not known. Allowed: snapshot, which can't be changed, and clone, which can. On DuckDB both are a copy.") }}
  {%- endif -%}
  {%- if suffix is not none and not dbt_playbooks._is_plain_name(suffix | string) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.backup_table: suffix is '" ~ suffix ~ "'. It ends a table's name, so it is made of letters, digits and underscores, for example suffix: before_rename.") }}
  {%- endif -%}
  {%- set backup = dbt_playbooks._backup_relation(relation, suffix) -%}
  {%- set expires_at = none -%}
  {%- if expires_days is not none -%}
    {%- set expires_at = dbt_playbooks._clock() + modules.datetime.timedelta(days=dbt_playbooks._whole_number(expires_days, 'expires_days', 3650)) -%}
  {%- endif -%}
  {{ return({
    'relation': relation, 'backup': backup, 'expires_at': expires_at,
    'sql': dbt_playbooks._backup_sql(relation, backup, kind=kind, expires_at=expires_at)
  }) }}
{% endmacro %}
