{% macro backfill_chunks(start_date, end_date, chunk) %}
  {%- set window = dbt_playbooks._date_range(start_date, end_date) -%}
  {%- set size = dbt_playbooks._chunk_size(chunk) -%}
  {%- set one_day = modules.datetime.timedelta(days=1) -%}
  {%- set chunks = [] -%}

  {%- if size.days -%}
    {#- days run from the first day asked for, weeks from its Monday -#}
    {%- set anchor = window.start - modules.datetime.timedelta(days=window.start.weekday() if size.unit == 'week' else 0) -%}
    {%- set count = (window.end - anchor).days // size.days + 1 -%}
  {%- else -%}
    {%- set start_month = window.start.year * 12 + window.start.month - 1 -%}
    {%- set anchor = start_month - start_month % size.unit_months -%}
    {%- set count = (window.end.year * 12 + window.end.month - 1 - anchor) // size.months + 1 -%}
  {%- endif -%}
  {%- if count > 100000 -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ window.start ~ " to " ~ window.end ~ " in chunks of '" ~ chunk ~ "' makes "
      ~ count ~ " chunks; 100000 is the most. Use a larger chunk.") }}
  {%- endif -%}

  {#- Fusion compares dates with `<`, but not in `min` and `max`, and does not multiply a timedelta;
      one day for each start of a chunk: a call of a macro costs more than all else in the loop -#}
  {%- set starts = [] -%}
  {%- for i in range(count) -%}
    {%- if size.days -%}
      {%- do starts.append(anchor + modules.datetime.timedelta(days=i * size.days)) -%}
    {%- else -%}
      {%- do starts.append(dbt_playbooks._first_of_month(anchor + i * size.months)) -%}
    {%- endif -%}
  {%- endfor -%}

  {%- for first in starts -%}
    {%- set last = window.end if loop.last else starts[loop.index] - one_day -%}
    {%- do chunks.append({
      'start_date': (window.start if first < window.start else first) | string,
      'end_date': last | string
    }) -%}
  {%- endfor -%}
  {{ return(chunks) }}
{% endmacro %}

{#- 'month' or '5 day' as {'unit', 'days'} or {'unit', 'months', 'unit_months'}. -#}
{% macro _chunk_size(chunk) %}
  {%- set units = {'day': 1, 'week': 7, 'month': 1, 'quarter': 3, 'year': 12} -%}
  {%- set words = (chunk | string | trim | lower).split() -%}
  {%- set unit = (words | last or '') -%}
  {%- set unit = unit[:-1] if unit.endswith('s') else unit -%}
  {%- set number = words[0] if words | length == 2 else '1' -%}
  {%- if words | length not in (1, 2) or unit not in units or not number.isdigit() or number | int < 1 -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: chunk '" ~ chunk ~ "' is not known. "
      ~ "Allowed: day, week, month, quarter, year, or a number of them, for example '5 day'.") }}
  {%- endif -%}
  {%- if unit in ('day', 'week') -%}
    {{ return({'unit': unit, 'days': number | int * units[unit]}) }}
  {%- endif -%}
  {{ return({'unit': unit, 'days': none, 'months': number | int * units[unit], 'unit_months': units[unit]}) }}
{% endmacro %}
