{#- Which texts a type takes, and which of them come back as they were: {'accepts', 'exact'}, regular expressions of the whole text. One rule for all adapters,
    which differ in what their own casts read ('1.5', '1e3', '1_000' as an integer, 't' and 'yes' as a boolean): a text that only one of them would take
    is taken by none, and so is what nobody writes on purpose (' 7', '0x1F'). Whether there is such a day, or whether a number has room, the cast itself tells. -#}
{% macro _text_patterns(kind, precision=38, scale=9) %}
  {%- set whole, fraction = '0|-?[1-9][0-9]*', '-?(?:0|[1-9][0-9]*)[.][0-9]' -%}
  {%- set day, long_day = dbt_playbooks._year_pattern() ~ '-[0-9]{1,2}-[0-9]{1,2}', '[0-9]{4}-[0-9]{2}-[0-9]{2}' -%}
  {%- set time, long_time = '[ T](?:[01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9](?:[.][0-9]{1,6})?', '[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]+)?' -%}
  {%- set zone, utc = '(?:Z| UTC|[+-](?:(?:0[0-9]|1[0-3])(?::[0-5][0-9])?|14(?::00)?))', '(?:Z| UTC|[+]00(?::00)?)' -%}
  {%- set patterns = {
    'integer': ['[+-]?[0-9]+', whole],
    'numeric': [
      '[+-]?(?:[0-9]+[.]?[0-9]{0,38}|[.][0-9]{1,38}' ~ dbt_playbooks._large_numbers(precision, scale) ~ ')',
      whole ~ ('|' ~ fraction ~ '{0,' ~ (scale - 1) ~ '}[1-9]' if scale else '')
    ],
    'bignumeric': [dbt_playbooks._number_pattern(), whole ~ '|' ~ fraction ~ '{0,37}[1-9]'],
    'float': [
      dbt_playbooks._number_pattern() ~ '|(?i:nan|[+-]?inf(?:inity)?)',
      whole ~ '|' ~ fraction ~ '*[1-9]|-?[1-9](?:[.][0-9]*[1-9])?e(?:[+](?:1[6-9]|[2-9][0-9]|[1-9][0-9]{2})|-(?:0[5-9]|[1-9][0-9]{1,2}))|(?i:nan)|-?inf'
    ],
    'boolean': ['(?i:true|false)', 'true|false'],
    'date': [day, long_day],
    'datetime': [day ~ '(?:' ~ time ~ ')?', long_day ~ long_time],
    'timestamp': [day ~ '(?:' ~ time ~ zone ~ '?)?', long_day ~ long_time ~ utc ~ '?']
  } -%}
  {%- set found = patterns['timestamp' if kind == 'timestamptz' else kind] -%}
  {{ return({'accepts': '^(?:' ~ found[0] ~ ')$', 'exact': '^(?:' ~ found[1] ~ ')$'}) }}
{% endmacro %}

{% macro _number_pattern() %}
  {{ return('[+-]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?') }}
{% endmacro %}

{#- Numbers of a size with an exponent, after a bar: only such as need no rounding, which DuckDB gets wrong ('1.6e-10' as decimal(38, 9) would be 0.000000001). -#}
{% macro _large_numbers(precision, scale) %}
  {%- set whole = precision - scale -%}
  {{ return('|[1-9][0-9]{0,' ~ (whole - 1) ~ '}(?:[.][0-9]{0,' ~ scale ~ '})?[eE][+]?[0-9]+' if whole else '') }}
{% endmacro %}

{#- 0001 to 9999: BigQuery has no others. -#}
{% macro _year_pattern() %}
  {{ return('(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])') }}
{% endmacro %}
