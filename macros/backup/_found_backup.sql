{#- A backup by its name: {'relation', 'name', 'base_table', 'kind', 'made_at' (text), 'others' (names of the same table's other backups)}; or an error
    for what is none, with near misses. `what` is the macro that asks. -#}
{% macro _found_backup(backup, what) %}
  {%- if backup is none or backup is undefined or (backup is string and not backup | trim) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": no backup is given. Give its whole name: dbt run-operation dbt_playbooks.list_backups shows them.") }}
  {%- endif -%}
  {%- set relation = dbt_playbooks._named_relation(backup) -%}
  {%- set name = dbt_playbooks._full_name(relation) -%}
  {%- set state, all_backups = {'found': none}, dbt_playbooks._backups(relation) -%}
  {%- for row in all_backups if dbt_playbooks._table_key(row[0]) == dbt_playbooks._table_key(name) -%}
    {%- do state.update(found={'relation': relation, 'name': row[0], 'base_table': row[1], 'kind': row[2], 'made_at': (row[3] | string)[:19] ~ ' UTC'}) -%}
  {%- endfor -%}
  {%- if state.found -%}
    {%- set others = [] -%}
    {%- for row in all_backups if row[0] != state.found.name and row[1] == state.found.base_table -%}
      {%- do others.append(row[0]) -%}
    {%- endfor -%}
    {{ return(dict(state.found, others=others)) }}
  {%- endif -%}
  {%- set names = [] -%}
  {%- for row in all_backups -%}
    {%- do names.append(row[0].split('.')[-1]) -%}
  {%- endfor -%}
  {%- set known = ("Backups there: " ~ names[:5] | join(', ') ~ (" and " ~ (names | length - 5) ~ " more" if names | length > 5 else "") ~ "." if names
    else relation.database ~ "." ~ relation.schema ~ " holds no backup.") -%}
  {%- set kind = dbt_playbooks._type_of(relation) -%}
  {%- if kind -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": " ~ relation ~ " is a " ~ kind | replace('_', ' ') ~ " and no backup: only what backup_table and its like made"
      ~ " is one, and on BigQuery any snapshot. " ~ known) }}
  {%- endif -%}
  {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": there is no backup '" ~ (backup if backup is string else name) ~ "'. " ~ known
    ~ dbt_playbooks._did_you_mean(relation.identifier, names)) }}
{% endmacro %}

{#- How many rows and bytes a backup has; bytes are none where the warehouse does not say. -#}
{% macro _backup_size(relation) %}
  {{ return(adapter.dispatch('_backup_size', 'dbt_playbooks')(relation=relation)) }}
{% endmacro %}

{% macro duckdb___backup_size(relation) %}
  {{ return({'rows': dbt_playbooks._query('select count(*) from ' ~ relation)[0][0], 'bytes': none}) }}
{% endmacro %}

{#- Asks the API, which is free. -#}
{% macro bigquery___backup_size(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {{ return({'rows': table.num_rows if table else none, 'bytes': table.num_bytes if table else none}) }}
{% endmacro %}
