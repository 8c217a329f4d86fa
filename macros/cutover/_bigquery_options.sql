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
    {%- do findings.append(['lost', 'problem', dbt_playbooks._lost_lifetime(lifetimes, now, to, is_alike)]) -%}
  {%- endif -%}
{% endmacro %}

{#- What is said of lifetimes (milliseconds, of the table and of the replacement) that differ; `now` is how the replacement is cut by time. -#}
{% macro _lost_lifetime(lifetimes, now, to, is_alike) %}
  {%- set said = [] -%}
  {%- for lifetime in lifetimes -%}
    {%- do said.append('expire after ' ~ lifetime / 86400000 ~ ' days' if lifetime else 'do not expire') -%}
  {%- endfor -%}
  {%- set what = 'the lifetime of partitions: those of the table ' ~ said[0] -%}
  {%- if not now -%}
    {{ return(what ~ ', and the replacement is not cut by time') }}
  {%- endif -%}
  {%- set cut = '' if is_alike else ', and it is cut by ' ~ (now.type_ or 'DAY') | lower ~ ' of ' ~ (now.field or '_PARTITIONTIME') ~ ', so that other rows would go' -%}
  {%- set drops = ', which drops the partitions that are older at once,' if lifetimes[0] else ',' -%}
  {{ return(what ~ ', those of the replacement ' ~ said[1] ~ cut ~ '. If it is to be as before' ~ drops ~ ' set it first: alter table ' ~ to
    ~ ' set options (partition_expiration_days = ' ~ (lifetimes[0] / 86400000 if lifetimes[0] else 'null') ~ ')') }}
{% endmacro %}
