{#- Looks at what `columns_equal` looks at before an old column goes: rows whose old column holds a value that the new one does not. `rule`
    casts the old one. With 'sync_all_columns' the run drops the old column, so that is refused; else it is warned of: the old column stays,
    and later runs leave it behind. -#}
{% macro _check_unfilled(what, old_name, new_name, rule=none) %}
  {%- set stored = dbt_playbooks._stored_model() -%}
  {%- set columns = stored['columns'] if stored else {} -%}
  {%- set old, new = columns.get(old_name | lower), columns.get(new_name | lower) -%}
  {%- if not old or not new or old_name | lower == new_name | lower -%}
    {{ return('') }}
  {%- endif -%}
  {%- set value = dbt_playbooks._quoted(old.name) -%}
  {%- set types = dbt_playbooks._compared_as(old.data_type | lower, new.data_type | lower) if rule is none else {'old': '{}', 'new': '{}'} -%}
  {%- if not types -%}
    {%- do exceptions.warn("dbt_playbooks." ~ what ~ ": phase is 'new', and it was not checked that '" ~ new.name ~ "' holds the values of '"
      ~ old.name ~ "' in " ~ stored.relation ~ ": they are " ~ dbt_playbooks._shown_type(old.data_type) ~ " and "
      ~ dbt_playbooks._shown_type(new.data_type) ~ ", which have no type in common.") -%}
    {{ return('') }}
  {%- endif -%}
  {%- set value = value if rule is none else dbt_playbooks._cast_value(dbt_playbooks._prepared(value, rule), rule) -%}
  {%- set always = dbt_playbooks._always_of(stored.relation) -%}
  {%- set rows = dbt_playbooks._query('select count(*) from ' ~ stored.relation ~ '\nwhere ' ~ value ~ ' is not null and '
    ~ dbt_playbooks._placed(types.old, value) ~ ' is distinct from '
    ~ dbt_playbooks._placed(types.new, dbt_playbooks._quoted(new.name)) ~ (' and ' ~ always if always else ''))[0][0] -%}
  {%- if rows -%}
    {%- set drops = dbt_playbooks._calling_model().get('config').get('on_schema_change') == 'sync_all_columns' -%}
    {%- set message = "dbt_playbooks." ~ what ~ ": phase is 'new', and in " ~ rows ~ (" row" if rows == 1 else " rows") ~ " of "
      ~ stored.relation ~ " the column '" ~ old.name ~ "' holds a value that '" ~ new.name ~ "' does not. "
      ~ ("on_schema_change='sync_all_columns' drops '" ~ old.name ~ "', and these values with it. " if drops else "Readers of '"
      ~ new.name ~ "' do not find it. ")
      ~ "Set phase='both' again and fill these rows (dbt run --full-refresh, or a backfill). If '" ~ new.name
      ~ "' is right as it is, drop '" ~ old.name ~ "' from the table yourself: then this is not looked at any more." -%}
    {%- if drops -%}
      {{ exceptions.raise_compiler_error(message) }}
    {%- endif -%}
    {%- do exceptions.warn(message) -%}
  {%- endif -%}
  {{ return('') }}
{% endmacro %}
