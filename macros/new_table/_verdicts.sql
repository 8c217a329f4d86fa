{#- What the row of `_validation_sql` says: [check, source, new, 'fine' | 'problem' | none, why] each. Of an empty table nothing is judged but that it is empty. -#}
{% macro _verdicts(validation, found) %}
  {%- set per_side, checks = 4 if validation.days else 1, [] -%}
  {%- set source, new, rest = found[:per_side], found[per_side:2 * per_side], found[2 * per_side:] -%}
  {%- set source_rows, rows = source[0] | int, new[0] | int -%}
  {%- set both = source_rows > 0 and rows > 0 -%}
  {%- set empty = 'both tables are empty' if not (source_rows or rows) else 'the new table is empty' if not rows else 'the source is empty' -%}
  {%- do checks.append(dbt_playbooks._verdict('rows', source_rows, rows, true, dbt_playbooks._difference(source_rows, rows) if both else empty)) -%}
  {%- if validation.days -%}
    {%- for name in ['first date', 'last date'] -%}
      {%- set dates = [source[loop.index], new[loop.index]] -%}
      {%- do checks.append(dbt_playbooks._verdict(name, dates[0], dates[1], both, 'differs' if dates[0] | string != dates[1] | string else none)) -%}
    {%- endfor -%}
    {%- set undated = [source[3] | int, new[3] | int] -%}
    {%- do checks.append(dbt_playbooks._verdict('rows without a date', undated[0], undated[1], both, dbt_playbooks._difference(undated[0], undated[1]))) -%}
  {%- endif -%}
  {%- if validation.key -%}
    {%- set distinct, without = rest[0] | int, rest[1] | int -%}
    {%- set surplus = rows - without - distinct -%}
    {%- do checks.append(dbt_playbooks._verdict('distinct keys', none, distinct, false, none)) -%}
    {%- do checks.append(dbt_playbooks._verdict(
      'surplus rows of a key', none, surplus, rows, surplus ~ ' too many, dbt_playbooks.find_duplicates shows them' if surplus else none
    )) -%}
    {%- do checks.append(dbt_playbooks._verdict('rows without a key', none, without, rows, 'NULL in the key of ' ~ without if without else none)) -%}
    {%- set rest = rest[2:] -%}
  {%- endif -%}
  {%- for name in validation.columns -%}
    {%- set nulls, rate, limit = rest[2 * loop.index0] | int, rest[2 * loop.index0 + 1], validation.limits.get(name) -%}
    {%- set judged, said = rows > 0 and limit is not none, nulls ~ ' of ' ~ rows ~ ' rows' -%}
    {%- set problem = said ~ ', more than ' ~ limit if judged and rate | float > limit else none -%}
    {%- set check = dbt_playbooks._verdict('null rate of ' ~ name, none, rate, judged, problem) -%}
    {%- do checks.append(check if problem or not rows else check[:4] + [said]) -%}
  {%- endfor -%}
  {{ return(checks) }}
{% endmacro %}

{% macro _verdict(check, source, new, judged, problem) %}
  {{ return([check, source, new, none if not judged else 'problem' if problem else 'fine', problem if judged else none]) }}
{% endmacro %}

{% macro _difference(source, new) %}
  {%- set by = new - source -%}
  {{ return('differ by ' ~ ('+' if by > 0 else '') ~ by if by else none) }}
{% endmacro %}
