{#- The columns of a relation: their names in lower case to {'name', 'data_type'}; an error when there are none. -#}
{% macro _columns_of(relation) %}
  {%- set columns = {} -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}
    {%- do columns.update({column.name | lower: {'name': column.name, 'data_type': column.data_type}}) -%}
  {%- endfor -%}
  {%- if execute and not columns -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ relation ~ " has no columns that can be read: does it exist? A view has none when a table that it reads is gone.") }}
  {%- endif -%}
  {{ return(columns) }}
{% endmacro %}

{#- The names (as the relation spells them) of wanted columns, or an error that lists those it lacks. `what` says who wants them. -#}
{% macro _named_columns(wanted, columns, relation, what) %}
  {%- set found, missing = [], [] -%}
  {%- for name in wanted -%}
    {%- set plain = dbt_playbooks._plain_names([name])[0] -%}
    {%- if plain in columns -%}
      {%- do found.append(columns[plain].name) -%}
    {%- else -%}
      {%- do missing.append(name) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if missing -%}
    {%- set all_names = columns.values() | map(attribute='name') | list -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ relation ~ " lacks " ~ what ~ ": " ~ missing | join(', ') ~ ". It has: " ~ all_names | join(', ') ~ "."
      ~ dbt_playbooks._did_you_mean(missing[0], all_names) ~ (" An expression goes in parentheses: (" ~ missing[0] ~ ")." if ' ' in missing[0] | string else "")) }}
  {%- endif -%}
  {{ return(found) }}
{% endmacro %}

{#- Names of columns as they are looked up, in lower case. -#}
{% macro _plain_names(names) %}
  {%- set plain = [] -%}
  {%- for name in dbt_playbooks._list(names) -%}
    {%- do plain.append(dbt_playbooks._unquoted(name) | lower) -%}
  {%- endfor -%}
  {{ return(plain) }}
{% endmacro %}

{#- A name without the quotes around it, in which a quote is doubled. -#}
{% macro _unquoted(name) %}
  {%- set text = name | string | trim -%}
  {%- set quote, inside = text[:1], text[1:-1] -%}
  {%- if quote in ('"', '`') and text[-1:] == quote and quote not in inside | replace(quote ~ quote, '') -%}
    {{ return(inside | replace(quote ~ quote, quote)) }}
  {%- endif -%}
  {{ return(text) }}
{% endmacro %}
