{#- The window that this run was asked for, {'start_date', 'end_date'} as they were given, or none. Vars of our own come first.
    `start_date` and `end_date` are names that a project, or a package of it, may use for something else: they mean a window
    on the command line only. -#}
{% macro _asked_window() %}
  {%- set own = dbt_playbooks._both_vars('dbt_playbooks_start_date', 'dbt_playbooks_end_date', none) -%}
  {{ return(own or dbt_playbooks._both_vars('start_date', 'end_date', dbt_playbooks._command_line_vars())) }}
{% endmacro %}

{#- The vars of `--vars`, or none where dbt does not tell them: then a var counts wherever it was given. -#}
{% macro _command_line_vars() %}
  {%- if invocation_args_dict is not defined or invocation_args_dict is not mapping -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set given = invocation_args_dict.get('vars', {}) -%}
  {{ return(given if given is mapping else {}) }}
{% endmacro %}

{#- Two vars that need each other. `among` holds the names that count, or is none when all do. -#}
{% macro _both_vars(first, last, among) %}
  {%- set start_date = var(first, none) if among is none or first in among else none -%}
  {%- set end_date = var(last, none) if among is none or last in among else none -%}
  {%- if start_date is none and end_date is none -%}
    {{ return(none) }}
  {%- elif start_date is none or end_date is none -%}
    {%- set given, missing = (last, first) if start_date is none else (first, last) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.backfill_filter: var '" ~ given ~ "' is given and var '" ~ missing
      ~ "' is not. A window needs both: --vars '{" ~ first ~ ": 2024-01-01, " ~ last ~ ": 2024-01-31}'. Both days are included."
      ~ (" If '" ~ given ~ "' means something else in this project, set it in dbt_project.yml, where it is no window."
         if among is not none else "")) }}
  {%- endif -%}
  {{ return({'start_date': start_date, 'end_date': end_date}) }}
{% endmacro %}
