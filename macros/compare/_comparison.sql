{#- What is compared with what: 'old' and 'new' (relations), 'key' and 'columns' (lists, see `_comparable_columns`; a column has its 'tolerance'), 'where' of
    each side, and the columns that only one side has ('only_old', 'only_new'). -#}
{% macro _comparison(old, new, key, columns, exclude_columns, rename, tolerance, where) %}
  {%- set sides = {'old': {'relation': old, 'columns': dbt_playbooks._columns_of(old)}, 'new': {'relation': new, 'columns': dbt_playbooks._columns_of(new)}} -%}
  {%- set rename = dbt_playbooks._checked_rename(rename, sides.old.columns, sides.new.columns, old, new) -%}
  {%- set keys, key_names = [], [] -%}
  {%- for each in dbt_playbooks._list(key) -%}
    {%- if '(' in each | string and each | string | lower not in sides.new.columns -%}
      {%- do keys.append({'label': each, 'old': '(' ~ each ~ ')', 'new': '(' ~ each ~ ')', 'family': none, 'old_type': none, 'new_type': none,
        'hashed': adapter.dispatch('_unknown_hashed', 'dbt_playbooks')(), 'renamed': false}) -%}
    {%- else -%}
      {%- set pair = dbt_playbooks._comparable_columns(sides, [each], [], rename, 'the key')[0] -%}
      {%- do pair.update(old=dbt_playbooks._as_key(pair.old, pair.family), new=dbt_playbooks._as_key(pair.new, pair.family), renamed=pair.label | lower in rename.values() | list) -%}
      {%- do keys.append(pair) -%}
      {%- do key_names.append(pair.label | lower) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set compared, names = [], [] -%}
  {%- for pair in dbt_playbooks._comparable_columns(sides, columns, exclude_columns, rename) if pair.label | lower not in key_names -%}
    {%- do compared.append(pair) -%}
    {%- do names.append(pair.label) -%}
  {%- endfor -%}
  {%- do dbt_playbooks._add_tolerances(compared, names, tolerance, keys) -%}
  {%- set one_sided = dbt_playbooks._one_sided_columns(sides, exclude_columns, rename) if columns is none else {'old': [], 'new': []} -%}
  {{ return({'old': old, 'new': new, 'sides': sides, 'key': keys, 'columns': compared, 'where': {'old': dbt_playbooks._where_of(old, where), 'new': dbt_playbooks._where_of(new, where)},
             'only_old': one_sided.old, 'only_new': one_sided.new}) }}
{% endmacro %}

{#- Puts its tolerance to each column. One number for all means the columns that hold fractions. -#}
{% macro _add_tolerances(columns, names, tolerance, keys) %}
  {%- if tolerance is not none and not keys -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: a tolerance needs a key, because without one rows are compared as a whole and nothing says which two belong together. Give key: a column or a list.") }}
  {%- endif -%}
  {%- set given = dbt_playbooks._tolerances(tolerance, names, 'column') -%}
  {%- set by_name = tolerance is mapping and not ('absolute' in tolerance or 'relative' in tolerance) -%}
  {%- for column in columns -%}
    {%- set limit = given[column.label] -%}
    {%- if by_name and limit is not none and column.family not in ('integer', 'decimal', 'float') -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks: tolerance of column '" ~ column.label ~ "', which holds no numbers: it is " ~ column.new_type ~ ". Take it out.") }}
    {%- endif -%}
    {%- if by_name and limit is not none and column.family == 'integer' -%}
      {%- do column.update(old=dbt_playbooks._as_wide(column.old, column.old_type), new=dbt_playbooks._as_wide(column.new, column.new_type), hashed=dbt_playbooks._type_rule('hugeint').hashed) -%}
    {%- endif -%}
    {%- if limit is not none and column.numbers -%}
      {%- if limit.absolute or limit.relative -%}
        {%- do column.update(old=column.numbers.old, new=column.numbers.new, numbers=none) -%}
      {%- else -%}
        {%- set limit = none -%}
      {%- endif -%}
    {%- endif -%}
    {%- do column.update(tolerance=limit if by_name or column.family in ('decimal', 'float') else none) -%}
  {%- endfor -%}
{% endmacro %}

{#- A whole number of a type that holds the distance of any two; of 128 bits there is no wider one. -#}
{% macro _as_wide(expression, data_type) %}
  {{ return(adapter.dispatch('_as_wide', 'dbt_playbooks')(expression=expression, data_type=data_type)) }}
{% endmacro %}

{% macro duckdb___as_wide(expression, data_type) %}
  {{ return(expression if data_type in ('hugeint', 'uhugeint') else 'cast(' ~ expression ~ ' as hugeint)') }}
{% endmacro %}

{% macro bigquery___as_wide(expression, data_type) %}
  {{ return('cast(' ~ expression ~ ' as bignumeric)') }}
{% endmacro %}

{#- A key by which rows are joined and numbered. BigQuery numbers none by a FLOAT64, and there NaN is not equal to NaN. -#}
{% macro _as_key(expression, family) %}
  {{ return(adapter.dispatch('_as_key', 'dbt_playbooks')(expression=expression, family=family)) }}
{% endmacro %}

{% macro duckdb___as_key(expression, family) %}
  {{ return(expression) }}
{% endmacro %}

{% macro bigquery___as_key(expression, family) %}
  {{ return('cast(' ~ expression ~ ' as string)' if family == 'float' else expression) }}
{% endmacro %}
