{#- Descriptions and defaults of columns, each kind in one statement: BigQuery allows five changes of a table's metadata in ten seconds. -#}
{% macro _carry_columns(old, new, to, rename, before, kept, findings) %}
  {%- set was, is_now = {}, {} -%}
  {%- do dbt_playbooks._add_fields(was, old.schema, '') -%}
  {%- do dbt_playbooks._add_fields(is_now, new.schema, '') -%}
  {%- set described, defaults, unnested, tagged = [], [], [], [] -%}
  {%- for pair in dbt_playbooks._column_pairs(was, is_now, rename) -%}
    {%- set action = 'alter column ' ~ dbt_playbooks._quoted(pair.new.name) -%}
    {%- if pair.old.description and not pair.new.description -%}
      {%- if '.' in pair.new.name -%}
        {%- do unnested.append(pair.new.name) -%}
      {%- else -%}
        {%- do described.append(action ~ ' set options (description = ' ~ dbt_playbooks._string_literal(pair.old.description) ~ ')') -%}
        {%- do kept.append('the description of ' ~ pair.new.name) -%}
      {%- endif -%}
    {%- endif -%}
    {%- if pair.old.default and not pair.new.default -%}
      {%- do defaults.append(action ~ ' set default ' ~ pair.old.default) -%}
      {%- do kept.append('the default of ' ~ pair.new.name) -%}
    {%- endif -%}
    {%- if pair.old.tags and pair.old.tags != pair.new.tags -%}
      {%- do tagged.append(pair.new.name) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for actions in [described, defaults] if actions -%}
    {%- do before.append('alter table ' ~ to ~ '\n' ~ actions | join(',\n')) -%}
  {%- endfor -%}
  {%- if tagged -%}
    {%- do findings.append(['lost', 'problem', 'the policy tags of ' ~ tagged | join(', ') ~ ", without which more people may read these columns. No SQL sets them: give them to the replacement first, in the console, with bq update, or in its model's YAML (policy_tags, persist_docs)"]) -%}
  {%- endif -%}
  {%- if unnested -%}
    {%- do findings.append(['lost', 'problem', 'the descriptions of the fields ' ~ unnested | join(', ') ~ '. No SQL sets them: give them to the replacement first, with bq update']) -%}
  {%- endif -%}
{% endmacro %}

{#- Fields of the API by their paths, in lower case: 'name', 'description', 'default', 'tags'. -#}
{% macro _add_fields(found, fields, path) %}
  {%- for field in fields -%}
    {%- set name = path ~ field.name -%}
    {%- do found.update({name | lower: {
      'name': name, 'description': field.description, 'default': field.default_value_expression,
      'tags': field.policy_tags.names | list if field.policy_tags else []
    }}) -%}
    {%- do dbt_playbooks._add_fields(found, field.fields, name ~ '.') -%}
  {%- endfor -%}
{% endmacro %}

{#- Keys and the encryption, which are told and not carried; a table into which rows are being streamed. -#}
{% macro _carry_rules(old, new, to, findings) %}
  {%- for side, table in [('table', old), ('replacement', new)] if table.streaming_buffer -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: rows are being streamed into the " ~ side ~ ": about " ~ table.streaming_buffer.estimated_rows ~ " are in its streaming buffer, the oldest since "
      ~ table.streaming_buffer.oldest_entry_time ~ ". BigQuery neither renames such a table nor copies these rows. Stop the stream and wait until the buffer is empty: usually 5 hours, at most 8 days.") }}
  {%- endfor -%}
  {%- set rules, keys = old.table_constraints, new.table_constraints -%}
  {%- if rules and rules.primary_key and not (keys and keys.primary_key) -%}
    {%- set columns = [] -%}
    {%- for column in rules.primary_key.columns -%}
      {%- do columns.append(dbt_playbooks._quoted(column)) -%}
    {%- endfor -%}
    {%- do findings.append(['lost', 'problem', 'the primary key. Add it first: alter table ' ~ to ~ ' add primary key (' ~ columns | join(', ') ~ ') not enforced']) -%}
  {%- endif -%}
  {%- if rules and rules.foreign_keys and not (keys and keys.foreign_keys) -%}
    {%- do findings.append(['lost', 'problem', 'the foreign keys ' ~ rules.foreign_keys | map(attribute='name') | join(', ') ~ '. Add them first: alter table ' ~ to ~ ' add foreign key ... not enforced']) -%}
  {%- endif -%}
  {%- set key, new_key = old.encryption_configuration, new.encryption_configuration -%}
  {%- if key and key.kms_key_name and not (new_key and new_key.kms_key_name == key.kms_key_name) -%}
    {%- do findings.append(['lost', 'problem', 'the key ' ~ key.kms_key_name ~ ' with which it is encrypted. Set it first: alter table ' ~ to ~ ' set options (kms_key_name = ...)']) -%}
  {%- endif -%}
{% endmacro %}
