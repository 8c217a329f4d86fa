{#- What is said of rows whose key is NULL: how many there are, and what can be typed. `of_some`: only the partitions that differ were looked at. -#}
{% macro _null_keys_message(comparison, found, of_some) %}
  {%- set filled, present = [], [] -%}
  {%- for key in comparison.key -%}
    {%- set name = dbt_playbooks._as_typed(key) -%}
    {%- set value = dbt_playbooks._stands_for_null(key) -%}
    {%- do present.append(name ~ ' is not null') -%}
    {%- do filled.append('coalesce(' ~ name ~ ', ' ~ value ~ ')' if value else none) -%}
  {%- endfor -%}
  {%- set ways = [] -%}
  {#- a name of one side alone can't be typed for both -#}
  {%- if not comparison.key | selectattr('renamed') | list -%}
    {%- do ways.append("leave them out (where: " ~ dbt_playbooks._yaml_texts([present | join(' and ')]) ~ "), ") -%}
    {%- if none not in filled -%}
      {%- do ways.append("give NULL a value that no row has (key: " ~ dbt_playbooks._yaml_texts(filled) ~ "), ") -%}
    {%- endif -%}
  {%- endif -%}
  {%- set ways = (ways + ["or " if ways else ""]) | join ~ "give no key: rows are compared as a whole then." -%}
  {{ return("dbt_playbooks: the key " ~ comparison.key | map(attribute='label') | join(', ') ~ " is NULL in " ~ dbt_playbooks._rows(found.old_without_key)
    ~ " of " ~ comparison.old ~ " (old) and " ~ found.new_without_key ~ " of " ~ comparison.new ~ " (new)"
    ~ (", of the partitions that differ" if of_some else "") ~ ", which belong to no row of the other table. " ~ ways[0] | upper ~ ways[1:]) }}
{% endmacro %}

{% macro _rows(number) %}
  {{ return(number ~ (" row" if number == 1 else " rows")) }}
{% endmacro %}

{#- One text, or a list of them, as YAML takes it. -#}
{% macro _yaml_texts(texts) %}
  {%- set quoted = [] -%}
  {%- for text in texts -%}
    {%- do quoted.append('"' ~ (text or '') | replace('\\', '\\\\') | replace('"', '\\"') ~ '"') -%}
  {%- endfor -%}
  {{ return(quoted[0] if quoted | length == 1 else '[' ~ quoted | join(', ') ~ ']') }}
{% endmacro %}

{#- A key as it is typed in SQL: a name that is no plain word in quotes, an expression as it is. -#}
{% macro _as_typed(key) %}
  {%- set is_plain = key.family is none or dbt_playbooks._is_plain_name(key.label) -%}
  {{ return(key.label if is_plain else dbt_playbooks._quoted(key.label)) }}
{% endmacro %}

{#- A literal of the key's type that stands for NULL; none where no value of the type is an unlikely one, or the other side has another type. -#}
{% macro _stands_for_null(key) %}
  {%- set literals = {'integer': '-1', 'decimal': '-1', 'float': '-1', 'text': "''", 'date': "date '1900-01-01'", 'timestamp': "timestamp '1900-01-01'"} -%}
  {%- if key.family is none or key.old_type != key.new_type or key.new_type[:1] == 'u' or key.new_type.startswith('enum') -%}
    {{ return(none) }}
  {%- elif key.new_type == 'datetime' -%}
    {{ return("datetime '1900-01-01'") }}
  {%- endif -%}
  {{ return(literals.get(key.family)) }}
{% endmacro %}
