{#- The command that calls a macro of ours, to be typed into a shell: `arguments` with a value each, a text, true or false, or a relation. -#}
{% macro _operation(name, arguments) %}
  {%- set pairs = [] -%}
  {%- for argument, value in arguments.items() -%}
    {%- do pairs.append(argument ~ ': ' ~ (value | lower if value is boolean else dbt_playbooks._yaml_text(value if value is string else dbt_playbooks._typed_name(value)))) -%}
  {%- endfor -%}
  {{ return('dbt run-operation dbt_playbooks.' ~ name ~ ' --args ' ~ dbt_playbooks._shell_word('{' ~ pairs | join(', ') ~ '}')) }}
{% endmacro %}

{#- A text as a shell reads it as one word: in quotes unless all of it is plain. -#}
{% macro _shell_word(text) %}
  {%- for character in text | lower if character not in 'abcdefghijklmnopqrstuvwxyz0123456789_-.:@/' -%}
    {{ return("'" ~ text | replace("'", "'\\''") ~ "'") }}
  {%- endfor -%}
  {{ return(text or "''") }}
{% endmacro %}

{#- A text as YAML reads it back: in quotes unless it is a plain name. -#}
{% macro _yaml_text(text) %}
  {%- set letters = 'abcdefghijklmnopqrstuvwxyz_' -%}
  {%- set is_plain = text[:1] | lower in letters and text | lower not in ('true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n', 'null') -%}
  {%- for character in text | lower if character not in letters ~ '0123456789-.' -%}
    {{ return(tojson(text)) }}
  {%- endfor -%}
  {{ return(text if is_plain else tojson(text)) }}
{% endmacro %}

{#- A relation as a name that the macros take. -#}
{% macro _typed_name(relation) %}
  {%- set parts = [] -%}
  {%- for part in [relation.database, relation.schema, relation.identifier] -%}
    {%- do parts.append(dbt_playbooks._typed_part(part)) -%}
  {%- endfor -%}
  {{ return(parts | join('.')) }}
{% endmacro %}

{#- Of a name; `_name_parts` reads it back. -#}
{% macro _typed_part(part) %}
  {{ return('"' ~ part ~ '"' if '.' in part else part) }}
{% endmacro %}
