{#- How values become those of another type, the one rule that a model, a report and a test go by: what `_cast_type` says, 'family' (of what they are now),
    'data_type', 'accepts' and 'exact' (see `_text_patterns`; none where every value will do), 'format', 'trim' and 'blank_as_null'. -#}
{% macro _cast_rule(to, data_type='string', format=none, trim=false, blank_as_null=false) %}
  {%- set rule = dbt_playbooks._cast_type(to) -%}
  {%- set family = dbt_playbooks._family(data_type | string) -%}
  {%- do rule.update({
    'family': family, 'data_type': data_type | string | lower | trim, 'accepts': none, 'exact': none, 'format': none, 'trim': trim, 'blank_as_null': blank_as_null
  }) -%}
  {%- if family == 'text' -%}
    {%- if format is not none and rule.kind not in ('date', 'datetime', 'timestamp', 'timestamptz') -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks: format is '" ~ format ~ "', and to is '" ~ to ~ "'. A format is for a date, a datetime or a timestamp.") }}
    {%- elif format is not none -%}
      {%- set read = dbt_playbooks._text_format(format, rule.kind) -%}
      {%- do rule.update(accepts=read.accepts, exact=read.exact, format=read) -%}
    {%- elif rule.kind != 'string' -%}
      {%- do rule.update(dbt_playbooks._text_patterns(rule.kind, rule.precision, rule.scale)) -%}
    {%- endif -%}
    {{ return(rule) }}
  {%- endif -%}
  {%- if format is not none or trim or blank_as_null -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ ("format" if format is not none else "trim" if trim else "blank_as_null") ~ " is for texts, and what is cast is of type "
      ~ data_type ~ ". Leave it out.") }}
  {%- endif -%}
  {%- do dbt_playbooks._refuse_cast(rule, to) -%}
  {{ return(rule) }}
{% endmacro %}

{#- Casts that no adapter has, or that not all have. -#}
{% macro _refuse_cast(rule, to) %}
  {%- set targets = {
    'integer': ['integer', 'numeric', 'bignumeric', 'float', 'boolean', 'string'], 'decimal': ['integer', 'numeric', 'bignumeric', 'float', 'string'],
    'float': ['integer', 'numeric', 'bignumeric', 'float', 'string'], 'bool': ['integer', 'boolean', 'string'],
    'date': ['date', 'datetime', 'timestamp', 'timestamptz', 'string'], 'timestamp': ['date', 'datetime', 'timestamp', 'timestamptz', 'string']
  } -%}
  {%- if rule.kind not in targets.get(rule.family, []) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: a value of type " ~ rule.data_type ~ " can't be cast to '" ~ to ~ "'. "
      ~ ("Allowed from " ~ rule.data_type ~ ": " ~ targets[rule.family] | join(', ') ~ "." if rule.family in targets else "What can be cast is text, a number, a boolean, a date or a timestamp: give an expression that makes one of it.")) }}
  {%- endif -%}
{% endmacro %}

{#- The value that is cast: without the blanks around it, NULL in place of blanks, where that was asked for. -#}
{% macro _prepared(expression, rule) %}
  {%- set text = 'cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')' if rule.data_type.split('(')[0] in ('uuid', 'enum') else expression -%}
  {%- set trimmed = dbt_playbooks._without(text, '^[\\s\\p{Z}]+|[\\s\\p{Z}]+$') if rule.trim else text -%}
  {%- if rule.blank_as_null and rule.trim -%}
    {{ return('nullif(' ~ trimmed ~ ", '')") }}
  {%- endif -%}
  {{ return('case when ' ~ dbt_playbooks._matches(text, '[^\\s\\p{Z}]') ~ ' then ' ~ text ~ ' end' if rule.blank_as_null else trimmed) }}
{% endmacro %}
