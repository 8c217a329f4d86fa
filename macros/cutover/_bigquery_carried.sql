{#- What BigQuery's API, which is free, says of both tables. The options of the table's name go to the replacement, whose own description and labels stay. -#}
{% macro bigquery___carried(place, strategy, rename) %}
  {%- set old, new, to = adapter.get_bq_table(place.old), adapter.get_bq_table(place.replacement), place.replacement -%}
  {%- set options, kept, findings, before, after = [], [], [], [], [] -%}
  {%- set labels = dbt_playbooks._labels_after(old, new, {'dbt_playbooks_cutover': dbt_playbooks._mark_value(place.replacement, place.backup)}) -%}
  {%- if old and new -%}
    {%- do dbt_playbooks._carry_options(old, new, to, options, kept, findings) -%}
    {%- do dbt_playbooks._carry_columns(old, new, to, rename, before, kept, findings) -%}
    {%- do dbt_playbooks._carry_rules(old, new, to, findings) -%}
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
  {{ return('bq ls --row_access_policies ' ~ relation.schema ~ '.' ~ relation.identifier) }}
{% endmacro %}

{#- The labels of `new`, those that only `old` has, and ours: the 'option' as SQL, and the names of what was 'kept'. -#}
{% macro _labels_after(old, new, marks) %}
  {%- set labels, kept = {}, [] -%}
  {%- for name, value in (new.labels if new else {}).items() -%}
    {%- do labels.update({name: value}) -%}
  {%- endfor -%}
  {%- for name, value in (old.labels if old else {}).items() if name not in labels and not name.startswith('dbt_playbooks_') -%}
    {%- do labels.update({name: value}) -%}
    {%- do kept.append('the label ' ~ name) -%}
  {%- endfor -%}
  {%- do labels.update(marks) -%}
  {%- set pairs = [] -%}
  {%- for name, value in labels.items() -%}
    {%- do pairs.append('(' ~ dbt_playbooks._string_literals([name, value]) | join(', ') ~ ')') -%}
  {%- endfor -%}
  {{ return({'option': 'labels = [' ~ pairs | join(', ') ~ ']', 'kept': kept}) }}
{% endmacro %}

{#- When a table goes is a matter of its name: a replacement that expires would take the name with it. -#}
{% macro _carry_options(old, new, to, options, kept, findings) %}
  {%- for name, value in {'description': old.description, 'friendly_name': old.friendly_name}.items() if value and not new[name] -%}
    {%- do options.append(name ~ ' = ' ~ dbt_playbooks._string_literal(value)) -%}
    {%- do kept.append('the ' ~ name | replace('_', ' ')) -%}
  {%- endfor -%}
  {%- if old.expires | string != new.expires | string -%}
    {%- do options.append('expiration_timestamp = ' ~ dbt_playbooks._expiry_literal(old)) -%}
    {%- do kept.append('that it ' ~ ('expires at ' ~ old.expires if old.expires else 'does not expire')) -%}
  {%- endif -%}
  {%- do dbt_playbooks._carry_partition_options(old, new, to, options, kept, findings) -%}
{% endmacro %}

{#- Of partitions that another column cuts, the lifetime would be another one, and take other rows: it is told. -#}
{% macro _carry_partition_options(old, new, to, options, kept, findings) %}
  {%- set was, now = old.time_partitioning, new.time_partitioning -%}
  {%- set is_alike = (was and now and was.type_ == now.type_ and was.field == now.field)
    or (not was and not now and old.range_partitioning and new.range_partitioning and old.range_partitioning.field == new.range_partitioning.field) -%}
  {%- if old.require_partition_filter and not new.require_partition_filter -%}
    {%- if is_alike -%}
      {%- do options.append('require_partition_filter = true') -%}
      {%- do kept.append('require_partition_filter') -%}
    {%- elif new.time_partitioning or new.range_partitioning -%}
      {%- do findings.append(['lost', 'problem', 'require_partition_filter: the replacement is partitioned otherwise, so queries would have to filter something else. Set it first: alter table '
        ~ to ~ ' set options (require_partition_filter = true)']) -%}
    {%- else -%}
      {%- do findings.append(['lost', 'problem', 'require_partition_filter: the replacement has no partitions']) -%}
    {%- endif -%}
  {%- endif -%}
  {%- set lifetimes = [was.expiration_ms if was else none, now.expiration_ms if now else none] -%}
  {%- if lifetimes[0] and not lifetimes[1] and is_alike -%}
    {%- do options.append('partition_expiration_days = ' ~ lifetimes[0] / 86400000) -%}
    {%- do kept.append('that its partitions expire') -%}
  {%- elif lifetimes[0] != lifetimes[1] -%}
    {%- set said = [] -%}
    {%- for lifetime in lifetimes -%}
      {%- do said.append('expire after ' ~ lifetime / 86400000 ~ ' days' if lifetime else 'do not expire') -%}
    {%- endfor -%}
    {%- do findings.append(['lost', 'problem', 'the lifetime of partitions: those of the table ' ~ said[0] ~ ', those of the replacement ' ~ said[1]
      ~ ('' if is_alike else ', and it is cut by ' ~ (now.type_ or 'DAY') | lower ~ ' of ' ~ (now.field or '_PARTITIONTIME') ~ ', so that other rows would go')
      ~ ('. If it is to be as before, which drops the partitions that are older at once, set it first: alter table ' if lifetimes[0] else '. If it is to be as before, set it first: alter table ')
      ~ to ~ ' set options (partition_expiration_days = ' ~ (lifetimes[0] / 86400000 if lifetimes[0] else 'null') ~ ')' if now
      else 'the lifetime of partitions: those of the table ' ~ said[0] ~ ', and the replacement is not cut by time']) -%}
  {%- endif -%}
{% endmacro %}
