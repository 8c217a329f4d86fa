{#- What is left of a cutover that was done. -#}

{#- A copy keeps no grants: a run that died after it has left some on the replacement only, where they were put before. -#}
{% macro duckdb___steps_when_done(place) %}
  {{ return([]) }}
{% endmacro %}

{% macro bigquery___steps_when_done(place) %}
  {%- if not dbt_playbooks._type_of(place.replacement) -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set there, missing = dbt_playbooks._grants_of(place.table), {} -%}
  {%- for role, grantees in dbt_playbooks._grants_of(place.replacement).items() -%}
    {%- for grantee in grantees if grantee not in there.get(role, []) -%}
      {%- do missing.update({role: missing.get(role, []) + [grantee]}) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return([{'title': 'grant what was granted', 'statements': dbt_playbooks._grant_statements(place.table, missing), 'then': 'It is done.'}] if missing else []) }}
{% endmacro %}

{#- What the mark can't tell. -#}
{% macro duckdb___note_when_done(place) %}
  {{ return('' if dbt_playbooks._made_again(place.table, dbt_playbooks._backup_mark(place.backup)) == 'no' else 'That is so as the mark of ' ~ place.backup ~ ' says. If ' ~ place.table
    ~ ' was made again since, as dbt run does it from its old SQL, make the replacement anew, too, and run the same again.\n') }}
{% endmacro %}

{#- Rows that the replacement got since then do not go over by themselves. -#}
{% macro bigquery___note_when_done(place) %}
  {{ return('If ' ~ place.replacement ~ ' has changed since and is to be copied once more, make it anew, as dbt run does, or take its label dbt_playbooks_cutover off.\n' if dbt_playbooks._type_of(place.replacement) else '') }}
{% endmacro %}
