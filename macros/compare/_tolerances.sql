{#- How far values may lie apart: names to {'absolute', 'relative'}, or to none. A number is absolute; a mapping holds `absolute`, `relative` or both,
    or names, whatever their case, with one of these. `what` is what the names are, for the message: 'metric', 'column'. -#}
{% macro _tolerances(tolerance, names, what) %}
  {%- set one_for_all = tolerance is not mapping or 'absolute' in tolerance or 'relative' in tolerance -%}
  {%- set given, lowered = {}, {} -%}
  {%- for name in ([] if one_for_all else tolerance) -%}
    {%- do lowered.update({name | lower: tolerance[name]}) -%}
  {%- endfor -%}
  {%- for name in names -%}
    {%- do given.update({name: dbt_playbooks._tolerance(tolerance if one_for_all else tolerance.get(name, lowered.get(name | lower)))}) -%}
  {%- endfor -%}
  {%- if not one_for_all -%}
    {%- for name in tolerance if name | lower not in names | map('lower') | list -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks: tolerance names '" ~ name ~ "', which is no " ~ what ~ " that is compared. There is: " ~ names | join(', ')
        ~ ". For all of them give a number, or {absolute: 0.01, relative: 0.001}.") }}
    {%- endfor -%}
  {%- endif -%}
  {{ return(given) }}
{% endmacro %}

{% macro _tolerance(given) %}
  {%- if given is none -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set limits = given if given is mapping else {'absolute': given} -%}
  {%- for name, limit in limits.items() if name not in ('absolute', 'relative') or limit is not number or limit is boolean or not (limit >= 0 and limit < 1e300) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: tolerance " ~ (name ~ ': ' if given is mapping else '') ~ limit
      ~ " is no distance. Give a number that is not negative, or {absolute: 0.01, relative: 0.001}: values are equal that lie within one of them.") }}
  {%- endfor -%}
  {{ return({'absolute': limits.get('absolute', 0), 'relative': limits.get('relative', 0)}) }}
{% endmacro %}

{#- Whether two values differ: NULL is equal to NULL and NaN to NaN. With a tolerance numbers may lie apart by it, the relative part of the old value: not NaN
    and infinity, which lie apart from all else, and no two whose distance is more than their type holds. -#}
{% macro _beyond(old, new, tolerance=none) %}
  {%- set distinct = old ~ ' is distinct from ' ~ new -%}
  {%- if tolerance is none -%}
    {{ return('(' ~ distinct ~ ')') }}
  {%- endif -%}
  {{ return('(' ~ distinct ~ ' and not ' ~ adapter.dispatch('_lies_within', 'dbt_playbooks')(old=old, new=new, tolerance=tolerance) ~ ')') }}
{% endmacro %}

{#- The distance is never negative: unsigned numbers would overflow. -#}
{% macro duckdb___lies_within(old, new, tolerance) %}
  {%- set distance = 'case when ' ~ new ~ ' > ' ~ old ~ ' then ' ~ new ~ ' - ' ~ old ~ ' else ' ~ old ~ ' - ' ~ new ~ ' end' -%}
  {%- set limits = dbt_playbooks._limits(distance, 'abs(' ~ old ~ ')', tolerance) -%}
  {{ return('coalesce(isfinite(' ~ old ~ ') and isfinite(' ~ new ~ ') and try(' ~ limits ~ '), false)') }}
{% endmacro %}

{% macro bigquery___lies_within(old, new, tolerance) %}
  {%- set distance = 'safe.abs(safe_subtract(' ~ new ~ ', ' ~ old ~ '))' -%}
  {%- set limits = dbt_playbooks._limits(distance, 'safe.abs(' ~ old ~ ')', tolerance) -%}
  {%- set odd = [] -%}
  {%- for value in [old, new] -%}
    {%- do odd.append('is_nan(' ~ value ~ ') or is_inf(' ~ value ~ ')') -%}
  {%- endfor -%}
  {{ return('coalesce(not (' ~ odd | join(' or ') ~ ') and (' ~ limits ~ '), false)') }}
{% endmacro %}

{% macro _limits(distance, size, tolerance) %}
  {%- set limits = [] -%}
  {%- if tolerance.absolute or not tolerance.relative -%}
    {%- do limits.append(distance ~ ' <= ' ~ tolerance.absolute) -%}
  {%- endif -%}
  {%- if tolerance.relative -%}
    {%- do limits.append(distance ~ ' <= ' ~ tolerance.relative ~ ' * ' ~ size) -%}
  {%- endif -%}
  {{ return(limits | join(' or ')) }}
{% endmacro %}
