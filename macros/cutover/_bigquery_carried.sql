{#- What BigQuery's API, which is free, says of both tables. The options of the table's name go to the replacement, whose own description and labels stay. -#}
{% macro bigquery___carried(place, strategy, rename) %}
  {%- set old, new, to = adapter.get_bq_table(place.old), adapter.get_bq_table(place.replacement), place.replacement -%}
  {%- set options, kept, findings, before, after = [], [], [], [], [] -%}
  {%- set labels = dbt_playbooks._labels_after(old, new, {'dbt_playbooks_cutover': dbt_playbooks._mark_value(place.replacement, place.backup)}) -%}
  {%- if old and new -%}
    {%- do dbt_playbooks._carry_options(old, new, to, options, kept, findings) -%}
    {%- do dbt_playbooks._carry_columns(old, new, to, rename, before, kept, findings) -%}
    {%- do dbt_playbooks._carry_rules(old, new, to, findings) -%}
    {%- do findings.extend(dbt_playbooks._lost_properties(old, new, to, rename)) -%}
    {%- do kept.extend(labels.kept) -%}
  {%- endif -%}
  {%- do options.append(labels.option) -%}
  {%- set granted = dbt_playbooks._grants_of(place.old) -%}
  {#- on the replacement first: that shows the right before anything is swapped, and keeps the list there -#}
  {%- do before.extend(dbt_playbooks._grant_statements(to, granted)) -%}
  {%- if strategy.name == 'copy' -%}
    {%- do after.extend(dbt_playbooks._grant_statements(place.table, granted)) -%}
  {%- endif -%}
  {%- for role, grantees in granted.items() -%}
    {%- do kept.append('the grant of ' ~ role ~ ' to ' ~ grantees | join(', ')) -%}
  {%- endfor -%}
  {%- if strategy.name == 'rename' -%}
    {%- set renamed = dbt_playbooks._labels_after(none, old, {'dbt_playbooks_renamed': dbt_playbooks._renamed_value(place.table)}) -%}
    {%- do before.append('alter table ' ~ place.old ~ '\nset options (' ~ renamed.option ~ ')') -%}
    {%- do dbt_playbooks._refuse_default_expiration(place) -%}
  {%- endif -%}
  {%- do findings.append(['policies', 'unseen', 'row access policies: no SQL shows them. Those of the replacement hold afterwards, those of the table do not: ' ~ dbt_playbooks._list_policies_command(place.old)
    ~ ', and create row access policy on the replacement first']) -%}
  {%- if kept -%}
    {%- do findings.append(['kept', 'fine', kept | join(', ')]) -%}
  {%- endif -%}
  {{ return({'before': ['alter table ' ~ to ~ '\nset options (' ~ options | join(', ') ~ ')'] + before, 'after': after, 'findings': findings}) }}
{% endmacro %}

{% macro _list_policies_command(relation) %}
  {{ return('bq ls --row_access_policies ' ~ dbt_playbooks._bq_name(relation)) }}
{% endmacro %}
