{#- A value that does not come back from the cast is named, and nothing is done. Reads the retyped columns of the origin. -#}
{% macro _refuse_lossy_casts(retyped, origin, what) %}
  {%- set counts = [] -%}
  {%- for column in retyped -%}
    {%- if not dbt_playbooks._has_cast(column.old | lower, column.new | lower) -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": column " ~ column.name ~ " is " ~ column.old ~ " in " ~ origin.label ~ " and " ~ column.new
        ~ " in the table, and one is no cast of the other. Give the column its old type back first, or fill the table from " ~ origin.read ~ " by a query of your own.") }}
    {%- endif -%}
    {%- set back = dbt_playbooks._try_cast(dbt_playbooks._try_cast(column.column, column.new), column.old) -%}
    {%- do counts.append('sum(case when ' ~ back ~ ' is distinct from ' ~ column.column ~ ' then 1 else 0 end)') -%}
  {%- endfor -%}
  {%- if counts -%}
    {%- set lossy = dbt_playbooks._query('select ' ~ counts | join(', ') ~ ' from ' ~ origin.read ~ ' where ' ~ (origin.always or 'true'))[0] -%}
    {%- for column in retyped -%}
      {%- if lossy[loop.index0] -%}
        {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": column " ~ column.name ~ " is " ~ column.old ~ " in " ~ origin.label ~ " and " ~ column.new
          ~ " in the table, and " ~ lossy[loop.index0] ~ " values would not come back from the cast as they were. Give the column its old type back first, or fill the table from "
          ~ origin.read ~ " by a query of your own.") }}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}

{#- Whether both warehouses cast a type to the other and back, and mean the same whatever the session's time zone is. -#}
{% macro _has_cast(old, new) %}
  {%- if ('time zone' in old) != ('time zone' in new) -%}
    {{ return(false) }}
  {%- endif -%}
  {%- set families = [dbt_playbooks._family(old), dbt_playbooks._family(new)] -%}
  {%- for castable in [['integer', 'decimal', 'float', 'text'], ['integer', 'bool', 'text'], ['date', 'timestamp', 'text'], ['bytes', 'text']]
      if families[0] in castable and families[1] in castable -%}
    {{ return(true) }}
  {%- endfor -%}
  {{ return(false) }}
{% endmacro %}
