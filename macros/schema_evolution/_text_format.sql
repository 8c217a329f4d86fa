{#- A format of dates in text, in the notation of strftime ('%d/%m/%Y %H:%M'), for a kind of type: {'accepts', 'exact', 'duckdb', 'bigquery', 'has_zone'}: the
    patterns of `_text_patterns`, and the format as each adapter has it. Both parse more than they are told (blanks, parts that are missing), and not the
    same: the patterns say what is meant. -#}
{% macro _text_format(format, kind) %}
  {%- set elements = dbt_playbooks._format_elements() -%}
  {%- set pieces = (format | string).split('%') -%}
  {%- set used, accepts, exact = [], [dbt_playbooks._literal_pattern(pieces[0], format)], [dbt_playbooks._literal_pattern(pieces[0], format)] -%}
  {%- for piece in pieces[1:] -%}
    {%- set name, literal = piece[:1], dbt_playbooks._literal_pattern(piece[1:], format) -%}
    {%- if name not in elements or name in used or (name == 'f' and (used[-1:] != ['S'] or not exact[-1].endswith('[.]'))) -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks: in the format '" ~ format ~ "' " ~ ("%f does not follow %S. Write '%S.%f'." if name == 'f' else "'%" ~ name
        ~ "' is there twice." if name in used else "'%" ~ name ~ "' is not known. Allowed: %" ~ elements.keys() | join(', %') ~ ", for example '%d/%m/%Y %H:%M:%S'.")) }}
    {%- endif -%}
    {%- do used.append(name) -%}
    {%- set strict = (piece | length == 1 and not loop.last) or (not loop.first and loop.previtem | length == 1) -%}
    {%- do accepts.append(elements[name][1 if strict else 0] ~ literal) -%}
    {%- do exact.append(elements[name][1] ~ literal) -%}
  {%- endfor -%}
  {%- do dbt_playbooks._refuse_format(format, kind, used) -%}
  {{ return({
    'accepts': '^' ~ accepts | join ~ '$', 'exact': '^' ~ exact | join | replace(dbt_playbooks._offset_pattern(), '[+]0000') ~ '$',
    'duckdb': format, 'bigquery': format | replace('%S.%f', '%E*S'), 'has_zone': 'z' in used
  }) }}
{% endmacro %}

{#- Each element with what it takes and how it is written: days and months may lack their zero where something else than a digit follows. -#}
{% macro _format_elements() %}
  {%- set months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] -%}
  {%- set short_months = [] -%}
  {%- for month in months -%}
    {%- do short_months.append(month[:3]) -%}
  {%- endfor -%}
  {%- set year, short, long, offset = dbt_playbooks._year_pattern(), short_months | join('|'), months | join('|'), dbt_playbooks._offset_pattern() -%}
  {{ return({
    'Y': [year, year], 'y': ['[0-9]{2}', '[0-9]{2}'], 'm': ['(?:0?[1-9]|1[0-2])', '(?:0[1-9]|1[0-2])'],
    'b': ['(?i:' ~ short ~ ')', '(?:' ~ short ~ ')'], 'B': ['(?i:' ~ long ~ ')', '(?:' ~ long ~ ')'],
    'd': ['(?:0?[1-9]|[12][0-9]|3[01])', '(?:0[1-9]|[12][0-9]|3[01])'], 'H': ['(?:[01]?[0-9]|2[0-3])', '(?:[01][0-9]|2[0-3])'],
    'I': ['(?:0?[1-9]|1[0-2])', '(?:0[1-9]|1[0-2])'], 'M': ['[0-5]?[0-9]', '[0-5][0-9]'], 'S': ['[0-5]?[0-9]', '[0-5][0-9]'],
    'f': ['[0-9]{1,6}', '[0-9]{1,6}'], 'p': ['(?i:AM|PM)', '(?:AM|PM)'], 'z': [offset, offset]
  }) }}
{% endmacro %}

{% macro _offset_pattern() %}
  {{ return('[+-](?:(?:0[0-9]|1[0-3])[0-5][0-9]|1400)') }}
{% endmacro %}

{#- What stands between the elements, as a pattern. -#}
{% macro _literal_pattern(text, format) %}
  {%- set escaped = [] -%}
  {%- for character in text -%}
    {%- if character | lower not in "abcdefghijklmnopqrstuvwxyz -/.,:;_()" -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks: in the format '" ~ format ~ "' there is " ~ character ~ ", which is not known. Between the elements letters, blanks and - / . , : ; _ ( ) are allowed, for example '%d/%m/%Y'.") }}
    {%- endif -%}
    {%- do escaped.append('[' ~ character ~ ']' if character in '.()' else character) -%}
  {%- endfor -%}
  {{ return(escaped | join) }}
{% endmacro %}

{#- A format that says less than the type holds, more, or one thing twice. -#}
{% macro _refuse_format(format, kind, used) %}
  {%- set wrong = [] -%}
  {%- for names, what in [[['Y', 'y'], 'year'], [['m', 'b', 'B'], 'month'], [['d'], 'day'], [['H', 'I'], 'hour']] -%}
    {%- set given = [] -%}
    {%- for name in names if name in used -%}
      {%- do given.append(name) -%}
    {%- endfor -%}
    {%- if given | length > 1 -%}
      {%- do wrong.append("it has two elements for the " ~ what ~ ": %" ~ given | join(' and %')) -%}
    {%- elif not given and what != 'hour' -%}
      {%- do wrong.append("it has no " ~ what ~ " (%" ~ names | join(' or %') ~ ")") -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for name in used if name in (['H', 'I', 'M', 'S', 'f', 'p', 'z'] if kind == 'date' else ['z'] if kind == 'datetime' else []) -%}
    {%- do wrong.append("a " ~ kind ~ " has no %" ~ name ~ ": give to: " ~ ("timestamp" if name == 'z' else "datetime")) -%}
  {%- endfor -%}
  {%- if ('I' in used) != ('p' in used) -%}
    {%- do wrong.append("%I (hours from 1 to 12) and %p (AM or PM) need each other") -%}
  {%- endif -%}
  {%- if wrong -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: the format '" ~ format ~ "' can't be read as a " ~ kind ~ ": " ~ wrong[0] ~ ". For example '%d/%m/%Y %H:%M:%S'.") }}
  {%- endif -%}
{% endmacro %}
