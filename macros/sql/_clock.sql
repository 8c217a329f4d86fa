{#- The time now in UTC, by the clock of this machine: it names and dates backups. -#}
{% macro _clock() %}
  {{ return(modules.datetime.datetime.now(modules.pytz.utc)) }}
{% endmacro %}

{#- An instant as text, in UTC: '2024-01-31 12:00:00.000000'. -#}
{% macro _instant_text(instant) %}
  {{ return(instant.strftime('%Y-%m-%d %H:%M:%S.%f')) }}
{% endmacro %}

{#- An instant as a datetime in UTC: an ISO date and time, in UTC unless it names an offset (YAML may have made a datetime of it), or an error that says
    what is wrong. `what` is the argument's name. -#}
{% macro _instant_of(value, what) %}
  {%- set text = value | string | trim -%}
  {%- set time = text[11:].rstrip('Zz') | replace(' UTC', '') -%}
  {%- set sign = '+' if '+' in time else '-' if '-' in time else '' -%}
  {%- set offset = (time.split(sign)[1] | replace(':', '') if sign else '0000') -%}
  {%- set time = time.split(sign)[0] if sign else time -%}
  {%- set fraction = time.split('.')[1] if '.' in time else '0' -%}
  {%- set fields = time.split('.')[0].split(':') -%}
  {%- set numbers = [text[:10] | replace('-', ''), fraction, offset] + fields -%}
  {%- set lengths = [[8], [1, 2, 3, 4, 5, 6], [2, 4], [2], [2], [2]] -%}
  {%- set wrong = [] -%}
  {%- for number in numbers -%}
    {%- if loop.index > 6 or number | length not in lengths[loop.index0] or not dbt_playbooks._is_digits(number) -%}
      {%- do wrong.append(number) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if wrong or fields | length < 2 or text[10:11] not in ('T', 't', ' ') -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ text ~ "', which is no date and time. Write an ISO timestamp: '2024-01-31T12:00:00Z', or with an offset, '2024-01-31T13:00:00+01:00'. Without an offset it is in UTC.") }}
  {%- endif -%}
  {%- set day = dbt_playbooks._date(text[:10], what) -%}
  {%- set hours, minutes, seconds = fields[0] | int, fields[1] | int, fields[2] | default('0') | int -%}
  {%- if hours > 23 or minutes > 59 or seconds > 59 -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ what ~ " is '" ~ text ~ "', and no clock shows that time: hours go from 00 to 23, minutes and seconds from 00 to 59.") }}
  {%- endif -%}
  {%- set ahead = (offset[:2] | int * 60 + offset[2:] | default('0', true) | int) * (-1 if sign == '-' else 1) -%}
  {%- set local = modules.datetime.datetime(day.year, day.month, day.day, hours, minutes, seconds, (fraction ~ '00000')[:6] | int) -%}
  {{ return(modules.pytz.utc.localize(local) - modules.datetime.timedelta(minutes=ahead)) }}
{% endmacro %}

{% macro _is_digits(text) %}
  {%- for character in text if character not in '0123456789' -%}
    {{ return(false) }}
  {%- endfor -%}
  {{ return(text != '') }}
{% endmacro %}
