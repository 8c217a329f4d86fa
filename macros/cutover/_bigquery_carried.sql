{#- What BigQuery's API, which is free, says of both tables. The options of the table's name go to the replacement, whose own description and labels stay. -#}
{% macro bigquery___carried(place, strategy, rename) %}
  {%- set old, new, to = adapter.get_bq_table(place.old), adapter.get_bq_table(place.replacement), place.replacement -%}
  {%- set options, kept, findings, before, after = [], [], [], [], [] -%}
  {%- set labels = dbt_playbooks._labels_after(old, new, dbt_playbooks._mark_value(place.replacement, place.backup)) -%}
  {%- if old and new -%}
    {%- do dbt_playbooks._carry_options(old, new, options, kept) -%}
    {%- do dbt_playbooks._carry_columns(old, new, to, rename, before, kept, findings) -%}
    {%- do dbt_playbooks._carry_rules(old, new, to, findings) -%}
    {%- do kept.extend(labels.kept) -%}
  {%- endif -%}
  {%- do options.append('labels = [' ~ labels.pairs | join(', ') ~ ']') -%}
  {%- set granted = dbt_playbooks._grants_of(place.old) -%}
  {%- set target = place.table if strategy.name == 'copy' else to -%}
  {%- for role, grantees in granted.items() -%}
    {%- do (after if strategy.name == 'copy' else before).append('grant ' ~ adapter.quote(role) ~ '\non table ' ~ target ~ '\nto ' ~ dbt_playbooks._string_literals(grantees) | join(', ')) -%}
    {%- do kept.append('the grant of ' ~ role ~ ' to ' ~ grantees | join(', ')) -%}
  {%- endfor -%}
  {%- if strategy.name == 'rename' -%}
    {%- do dbt_playbooks._refuse_default_expiration(place) -%}
  {%- endif -%}
  {%- do findings.append(['policies', 'unseen', 'row access policies: no SQL shows them. Those of the replacement hold afterwards, those of the table do not: bq ls --row_access_policies '
    ~ place.old.schema ~ '.' ~ place.old.identifier ~ ', and create row access policy on the replacement first']) -%}
  {%- if kept -%}
    {%- do findings.append(['kept', 'fine', kept | join(', ')]) -%}
  {%- endif -%}
  {{ return({'before': ['alter table ' ~ to ~ '\nset options (' ~ options | join(', ') ~ ')'] + before, 'after': after, 'findings': findings}) }}
{% endmacro %}

{#- The replacement's labels, those that only the table has, and the mark: 'pairs' as SQL, and the names of what was 'kept'. -#}
{% macro _labels_after(old, new, mark) %}
  {%- set labels, kept = {}, [] -%}
  {%- for name, value in (new.labels if new else {}).items() -%}
    {%- do labels.update({name: value}) -%}
  {%- endfor -%}
  {%- for name, value in (old.labels if old else {}).items() if name not in labels and name != 'dbt_playbooks_cutover' -%}
    {%- do labels.update({name: value}) -%}
    {%- do kept.append('the label ' ~ name) -%}
  {%- endfor -%}
  {%- do labels.update(dbt_playbooks_cutover=mark) -%}
  {%- set pairs = [] -%}
  {%- for name, value in labels.items() -%}
    {%- do pairs.append('(' ~ dbt_playbooks._string_literals([name, value]) | join(', ') ~ ')') -%}
  {%- endfor -%}
  {{ return({'pairs': pairs, 'kept': kept}) }}
{% endmacro %}

{#- When a table goes is a matter of its name: a replacement that expires would take the name with it. -#}
{% macro _carry_options(old, new, options, kept) %}
  {%- for name, value in {'description': old.description, 'friendly_name': old.friendly_name}.items() if value and not new[name] -%}
    {%- do options.append(name ~ ' = ' ~ dbt_playbooks._string_literal(value)) -%}
    {%- do kept.append('the ' ~ name | replace('_', ' ')) -%}
  {%- endfor -%}
  {%- if old.expires | string != new.expires | string -%}
    {%- do options.append('expiration_timestamp = ' ~ ("timestamp '" ~ old.expires.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "+00:00'" if old.expires else 'null')) -%}
    {%- do kept.append('that it ' ~ ('expires at ' ~ old.expires if old.expires else 'does not expire')) -%}
  {%- endif -%}
  {%- set is_partitioned = new.time_partitioning or new.range_partitioning -%}
  {%- if old.require_partition_filter and not new.require_partition_filter and is_partitioned -%}
    {%- do options.append('require_partition_filter = true') -%}
    {%- do kept.append('require_partition_filter') -%}
  {%- endif -%}
  {%- set lifetimes = [old.time_partitioning.expiration_ms if old.time_partitioning else none, new.time_partitioning.expiration_ms if new.time_partitioning else none] -%}
  {%- if new.time_partitioning and lifetimes[0] != lifetimes[1] -%}
    {%- do options.append('partition_expiration_days = ' ~ (lifetimes[0] / 86400000 if lifetimes[0] else 'null')) -%}
    {%- do kept.append('that its partitions ' ~ ('expire' if lifetimes[0] else 'do not expire')) -%}
  {%- endif -%}
{% endmacro %}
