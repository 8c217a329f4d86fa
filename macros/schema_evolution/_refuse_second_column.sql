{#- Refuses a column that stands in the select list of the calling model already: DuckDB would call the second one "name_1" and say nothing. `names` are the
    columns that the call makes; `from_source` says that the column `own` is one of the source's, which `*` brings along. Where the code alone does not show all columns,
    those that come out are looked at (see `_refuse_columns_twice`). On Fusion, where `model` has no code, all is let through. -#}
{% macro _refuse_second_column(what, own, names, from_source=false) %}
  {%- set place = dbt_playbooks._calling_model() -%}
  {%- set code = place.get('raw_code') if execute else none -%}
  {%- if not code -%}
    {{ return('') }}
  {%- endif -%}
  {%- set tokens = dbt_playbooks._sql_tokens(code | lower, what, own | lower) if what ~ '(' in code else [] -%}
  {%- set wanted, lists = [], dbt_playbooks._select_lists(tokens) -%}
  {%- for name in names -%}
    {%- do wanted.append(dbt_playbooks._one_token(name | lower)) -%}
  {%- endfor -%}
  {%- for items in lists -%}
    {%- for item in items -%}
      {%- set last = (item[-1].split('.')[-1]) | replace('"', '') | replace('`', '') if item | length == 1 or item[-2] == 'as' else '' -%}
      {%- if last in wanted -%}
        {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": model '" ~ place.get('name') ~ "' selects a column '" ~ last ~ "' beside the call for '" ~ own
          ~ "', which makes one of that name too. Take one of them out, or give it another name.") }}
      {%- elif item == ['*'] and from_source -%}
        {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": model '" ~ place.get('name') ~ "' selects * beside the call for '" ~ own
          ~ "', and * holds that column already. Leave it out there: * exclude (" ~ own ~ ") on DuckDB, * except (" ~ own ~ ") on BigQuery.") }}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- if not dbt_playbooks._names_each_column(tokens, lists) -%}
    {%- do dbt_playbooks._refuse_columns_twice(what, own, names) -%}
  {%- endif -%}
{% endmacro %}

{#- Whether the code names every column itself: there is no star but that of count(*), no columns(...) and no other Jinja beside the call. -#}
{% macro _names_each_column(tokens, lists) %}
  {%- if '*' in tokens | join(' ') | replace('( * )', '') -%}
    {{ return(false) }}
  {%- endif -%}
  {%- for items in lists -%}
    {%- for item in items if '{}' in item or 'columns' in item -%}
      {{ return(false) }}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(lists | length > 0) }}
{% endmacro %}
