{#- Of texts in a sample that look alike where they differ: {'key', 'column', 'place' (the number of the character), 'old' and 'new' (the code points there, 'U+00A0'; none
    where the text has ended)} each. Texts look alike when one of the two characters is no visible one of ASCII: an accent, a blank, a letter of another script. -#}
{% macro _look_alike(sample) %}
  {%- set found, characters, visible = [], [], dbt_playbooks._visible_characters() -%}
  {%- for row in sample if row.status == 'differs' -%}
    {%- for column, values in row.columns.items() if values[0] is string and values[1] is string -%}
      {%- set place = dbt_playbooks._first_difference(values[0], values[1]) -%}
      {%- set old, new = values[0][place:place + 1], values[1][place:place + 1] -%}
      {%- if old not in visible or new not in visible -%}
        {%- do found.append({'key': row.key, 'column': column, 'place': place + 1, 'old': old, 'new': new}) -%}
        {%- do characters.extend([old, new]) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- set points = dbt_playbooks._code_points(characters | select | unique | list) -%}
  {%- for each in found -%}
    {%- do each.update(old=points.get(each.old), new=points.get(each.new)) -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{#- The empty text is in it, as in any text: that one has ended is seen. -#}
{% macro _visible_characters() %}
  {{ return("!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~") }}
{% endmacro %}

{#- The place, from 0, of the first character that differs. -#}
{% macro _first_difference(one, other) %}
  {%- set bounds = {'least': 0, 'most': [one | length, other | length] | min} -%}
  {%- for _ in range(40) if bounds.least < bounds.most -%}
    {%- set half = (bounds.least + bounds.most + 1) // 2 -%}
    {%- do bounds.update(least=half) if one[:half] == other[:half] else bounds.update(most=half - 1) -%}
  {%- endfor -%}
  {{ return(bounds.least) }}
{% endmacro %}

{#- Characters to their numbers, as the warehouse writes them: 'U+00A0'. -#}
{% macro _code_points(characters) %}
  {%- set points, asked = {}, [] -%}
  {%- if characters -%}
    {%- for literal in dbt_playbooks._string_literals(characters) -%}
      {%- do asked.append(adapter.dispatch('_code_point', 'dbt_playbooks')(character=literal) ~ ' as point_' ~ loop.index) -%}
    {%- endfor -%}
    {%- set row = dbt_playbooks._query('select ' ~ asked | join(', '))[0] -%}
    {%- for character in characters -%}
      {%- do points.update({character: row[loop.index0]}) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(points) }}
{% endmacro %}

{% macro duckdb___code_point(character) %}
  {{ return("printf('U+%04X', unicode(" ~ character ~ '))') }}
{% endmacro %}

{% macro bigquery___code_point(character) %}
  {{ return("format('U+%04X', to_code_points(" ~ character ~ ')[offset(0)])') }}
{% endmacro %}
