{#- Prints all steps, each with what to do if it stops there, and runs them unless they are only planned. -#}
{% macro _run_steps(steps, dry_run) %}
  {%- do print('\nNothing was changed. This would run, in this order:' if dry_run else '\nThis is run, in this order:') -%}
  {%- for step in steps -%}
    {%- do print('\n-- Step ' ~ loop.index ~ ' of ' ~ loop.length ~ ': ' ~ step.title ~ '\n' ~ dbt_playbooks._in_transaction(step.statements) | join(';\n') ~ ';\n-- ' ~ step.then) -%}
  {%- endfor -%}
  {%- do print('') -%}
  {%- if not dry_run -%}
    {%- do print('This runs now:') -%}
    {%- for step in steps -%}
      {%- do print('-- Step ' ~ loop.index ~ ' of ' ~ loop.length ~ ': ' ~ step.title) -%}
      {%- do dbt_playbooks._change(step.statements) -%}
    {%- endfor -%}
    {%- do print('') -%}
  {%- endif -%}
{% endmacro %}

{#- Why a cutover is not to run, or none: the problems that were not accepted, with the words that would. -#}
{% macro _refusal(findings, strategy) %}
  {%- set words, problems = [], [] -%}
  {%- for check, verdict, what in findings if verdict == 'problem' -%}
    {%- do problems.append(check ~ ' (' ~ what.split('. ')[0] ~ ')') -%}
    {%- if check not in words -%}
      {%- do words.append(check) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set reasons = [strategy.refused ~ '. ' ~ strategy.why] if strategy.refused else [] -%}
  {%- if problems -%}
    {%- do reasons.append('the replacement differs: ' ~ problems | join(', ') ~ '. If that is what you want: accept: [' ~ words | join(', ') ~ ']') -%}
  {%- endif -%}
  {{ return(reasons | join(' And ') ~ '.' if reasons else none) }}
{% endmacro %}

{% macro _checked_accept(accept) %}
  {%- set allowed, given = ['schema', 'layout', 'rows', 'views', 'lost'], dbt_playbooks._list(accept) -%}
  {%- for word in given if word not in allowed -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: accept names '" ~ word ~ "', which is no check. Allowed: " ~ allowed | join(', ') ~ ", for example accept: [schema]." ~ dbt_playbooks._did_you_mean(word, allowed)) }}
  {%- endfor -%}
  {{ return(given) }}
{% endmacro %}
