{#- What the columns of a change in flight have in common. `what` is the macro that is called: 'dbt_playbooks.renamed_column'. -#}

{#- The name of a column, without quotes, or an error. `argument` is what it is called in the call. -#}
{% macro _plain_name(name, argument, what, expression=none) %}
  {%- set plain = (name if name is string else '') | trim | replace('"', '') | replace('`', '') -%}
  {%- if not plain or ('.' in plain and expression is none) or '(' in plain -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": " ~ argument ~ " is '" ~ name ~ "', which is no name of a column. Write the name alone; where it comes from is the expression: "
      ~ argument ~ "='" ~ (plain.split('.')[-1].split('(')[-1].rstrip(')') or 'user_type') ~ "', expression='" ~ (plain or 'u.user_type') ~ "'.") }}
  {%- endif -%}
  {{ return(plain) }}
{% endmacro %}

{#- Names that can't stand side by side: warehouses compare them without their case. -#}
{% macro _refuse_same_name(names, what, way_out) %}
  {%- set known = {} -%}
  {%- for argument, name in names.items() -%}
    {%- if name | lower in known -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": " ~ known[name | lower] ~ " and " ~ argument ~ " are both '" ~ name ~ "'"
        ~ (", as names are compared without their case" if names[known[name | lower]] != name else "") ~ ". " ~ way_out) }}
    {%- endif -%}
    {%- do known.update({name | lower: argument}) -%}
  {%- endfor -%}
{% endmacro %}

{% macro _phase(phase, what) %}
  {%- if phase not in ['both', 'new'] -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": phase is '" ~ phase ~ "'. Allowed: 'both' (the old column and the new one, while readers move) and 'new' (the new one alone)."
      ~ dbt_playbooks._did_you_mean(phase, ['both', 'new'])) }}
  {%- endif -%}
  {{ return(phase) }}
{% endmacro %}

{#- Warns when the last day of an old column is over: what is built stays the same. `way_out` is the edit to make. -#}
{% macro _warn_when_overdue(column, remove_after, what, way_out) %}
  {%- if remove_after is none or 'dbt_playbooks_asking' in dbt_playbooks._calling_model() -%}
    {{ return('') }}
  {%- endif -%}
  {%- set last_day = dbt_playbooks._date(remove_after, 'remove_after of ' ~ what ~ " for '" ~ column ~ "'") | string -%}
  {%- if execute and last_day < dbt_playbooks._clock().strftime('%Y-%m-%d') -%}
    {%- set place = dbt_playbooks._calling_model() -%}
    {%- set name = place.get('name') or 'MODEL' -%}
    {%- set file = place.get('original_file_path') -%}
    {%- do exceptions.warn("dbt_playbooks." ~ what ~ ": " ~ ("model '" ~ name ~ "'" if place else "a model") ~ (" (" ~ file ~ ")" if file else "") ~ " still has the column '" ~ column
      ~ "', which was to go after " ~ last_day ~ ". Who reads it: `dbt-playbooks impact " ~ dbt_playbooks._shell_word(name) ~ " --column " ~ dbt_playbooks._shell_word(column) ~ "`. When nobody does, " ~ way_out
      ~ "; else give them time by a later remove_after. `dbt-playbooks migrations` lists all changes in flight.") -%}
  {%- endif -%}
  {{ return('') }}
{% endmacro %}

{#- dbt's `model`, the node that is compiled, or nothing where there is none, as in an operation. -#}
{% macro _calling_model() %}
  {{ return(model if model is defined and model else {}) }}
{% endmacro %}
