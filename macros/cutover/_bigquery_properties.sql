{#- Whatever else BigQuery's resource of a table, and of its fields, holds, and the replacement has otherwise: [check, verdict, what] each. What is known is left out
    (it is carried, told elsewhere, or is of this table alone); what BigQuery adds later is told by its name. -#}
{% macro _lost_properties(old, new, to, rename) %}
  {%- set was, is_now, findings = old.to_api_repr(), new.to_api_repr(), [] -%}
  {%- for name, value in was.items() if name not in dbt_playbooks._known_properties() and not name.startswith('num') and (value or none) != (is_now.get(name) or none) -%}
    {%- do findings.append(['lost', 'problem', dbt_playbooks._spelled_property(name) ~ ' of the table: ' ~ value ~ '. ' ~ dbt_playbooks._how_to_set(name, to)]) -%}
  {%- endfor -%}
  {%- for name, value in was.get('schema', {}).items() if name != 'fields' and (value or none) != (is_now.get('schema', {}).get(name) or none) -%}
    {%- do findings.append(['lost', 'problem', dbt_playbooks._spelled_property(name) ~ ' of the schema: ' ~ value ~ '. ' ~ dbt_playbooks._how_to_set(name, to)]) -%}
  {%- endfor -%}
  {%- set fields, new_fields = {}, {} -%}
  {%- do dbt_playbooks._add_properties(fields, was.get('schema', {}).get('fields', []), '') -%}
  {%- do dbt_playbooks._add_properties(new_fields, is_now.get('schema', {}).get('fields', []), '') -%}
  {%- for pair in dbt_playbooks._column_pairs(fields, new_fields, rename) -%}
    {%- for name, value in pair.old.more.items() if value != pair.new.more.get(name) -%}
      {%- do findings.append(['lost', 'problem', dbt_playbooks._spelled_property(name) ~ ' of ' ~ pair.new.name ~ ': ' ~ value ~ '. ' ~ dbt_playbooks._how_to_set(name, to, pair.new.name)]) -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(findings) }}
{% endmacro %}

{% macro _known_properties() %}
  {{ return([
    'kind', 'etag', 'id', 'selfLink', 'tableReference', 'type', 'location', 'creationTime', 'lastModifiedTime', 'streamingBuffer', 'snapshotDefinition', 'cloneDefinition',
    'description', 'friendlyName', 'labels', 'expirationTime', 'schema', 'timePartitioning', 'rangePartitioning', 'clustering', 'requirePartitionFilter',
    'encryptionConfiguration', 'tableConstraints', 'partitionDefinition', 'replicas'
  ]) }}
{% endmacro %}

{#- Fields by their paths, with what is not told elsewhere: a type with its size is told with the schema. -#}
{% macro _add_properties(found, fields, path) %}
  {%- for field in fields -%}
    {%- set name, more = path ~ field.name, {} -%}
    {%- for property, value in field.items() if value and property not in ['name', 'type', 'mode', 'fields', 'description', 'policyTags', 'defaultValueExpression', 'precision', 'scale', 'maxLength', 'rangeElementType', 'timestampPrecision'] -%}
      {%- do more.update({property: value}) -%}
    {%- endfor -%}
    {%- do found.update({name | lower: {'name': name, 'more': more}}) -%}
    {%- do dbt_playbooks._add_properties(found, field.get('fields', []), name ~ '.') -%}
  {%- endfor -%}
{% endmacro %}

{#- 'maxStaleness' as 'the max staleness'. -#}
{% macro _spelled_property(name) %}
  {{ return('the ' ~ modules.re.sub('([A-Z])', ' \\1', name) | lower) }}
{% endmacro %}

{#- What is run on the replacement first, as far as there is SQL for it. -#}
{% macro _how_to_set(name, to, column=none) %}
  {%- set action = 'alter column ' ~ dbt_playbooks._quoted(column) ~ ' ' if column else '' -%}
  {%- set statements = {
    'maxStaleness': 'set options (max_staleness = ...)', 'resourceTags': 'set options (tags = ...)', 'defaultRoundingMode': 'set options (default_rounding_mode = ...)',
    'roundingMode': 'set options (rounding_mode = ...)', 'defaultCollation': "set default collate '...'", 'collation': "set data type string collate '...'",
    'dataPolicies': 'set options (data_policies = ...)'
  } -%}
  {%- if name in statements and not (column and '.' in column) -%}
    {{ return('Set it first: alter table ' ~ to ~ ' ' ~ action ~ statements[name]) }}
  {%- endif -%}
  {{ return('No SQL that is known here sets it: give it to the replacement first, with bq update or in the console') }}
{% endmacro %}
