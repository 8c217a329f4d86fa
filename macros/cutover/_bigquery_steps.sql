{#- What the replacement is to have is put on it first; the swap is one statement, or one script. -#}
{% macro bigquery___cutover_steps(place, strategy, carried, rename, guarded) %}
  {%- set steps, again = [], 'To finish, run the same again' -%}
  {%- if carried.before -%}
    {%- do steps.append({
      'title': 'prepare ' ~ ('both tables' if strategy.name == 'rename' else 'the replacement'), 'statements': carried.before,
      'then': 'Readers still read the old table. ' ~ again ~ '; to go back, nothing needs to be done.'
    }) -%}
  {%- endif -%}
  {%- if place.state == 'between' -%}
    {%- do steps.append({
      'title': 'give the replacement the name', 'statements': [dbt_playbooks._rename_sql(place.replacement, place.table)],
      'then': dbt_playbooks._undo_command(place)
    }) -%}
  {%- elif strategy.name == 'rename' -%}
    {%- do steps.append({
      'title': 'rename both tables, in one script', 'statements': [dbt_playbooks._rename_script(place.table, place.backup, place.replacement)],
      'then': 'If there is no ' ~ place.table ~ ' afterwards, which needs BigQuery itself to fail twice: ' ~ again ~ ', or type '
        ~ dbt_playbooks._rename_sql(place.replacement, place.table) ~ '; to go back: ' ~ dbt_playbooks._rename_sql(place.backup, place.table)
        ~ '. Else it is done. ' ~ dbt_playbooks._undo_command(place)
    }) -%}
  {%- else -%}
    {%- if not place.get('left') or place.left.is_behind -%}
      {%- do steps.append({
        'title': 'keep the old table', 'statements': [dbt_playbooks._backup_sql(place.table, place.backup, 'true')],
        'then': 'Readers still read the old table. ' ~ again ~ ', which ' ~ ('goes on with this snapshot unless the table changes until then, and else makes another' if place.given else 'makes a snapshot of its own')
          ~ '; to go back, nothing needs to be done but: drop snapshot table ' ~ place.backup
      }) -%}
    {%- endif -%}
    {%- do steps.append({
      'title': 'replace the table', 'statements': ['create or replace table ' ~ place.table ~ '\ncopy ' ~ place.replacement],
      'then': 'Readers read the new table.' ~ (' To finish, run the statements of the next step.' if carried.after else '') ~ ' ' ~ dbt_playbooks._undo_command(place)
    }) -%}
  {%- endif -%}
  {%- if carried.after -%}
    {%- do steps.append({'title': 'grant what was granted', 'statements': carried.after, 'then': 'It is done. ' ~ dbt_playbooks._undo_command(place)}) -%}
  {%- endif -%}
  {{ return(steps) }}
{% endmacro %}

{#- What has the name goes to `outgoing`, `incoming` takes the name; when that fails, the first goes back, and the error is told. -#}
{% macro _rename_script(table, outgoing, incoming) %}
  {%- set sql -%}
begin
  {{ dbt_playbooks._rename_sql(table, outgoing) }};
  begin
    {{ dbt_playbooks._rename_sql(incoming, table) }};
  exception when error then
    {{ dbt_playbooks._rename_sql(outgoing, table) }};
    raise;
  end;
end
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
