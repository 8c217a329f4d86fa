{#- Two columns of a tested model as expressions of one type: {'a', 'b'}, and what they are called: {'names'}. As they are when the model is not built yet. -#}
{% macro _tested_pair(tested, a, b) %}
  {%- set given = {'a': a | string | replace('"', '') | replace('`', ''), 'b': b | string | replace('"', '') | replace('`', '')} -%}
  {%- do dbt_playbooks._refuse_same_name(given, 'columns_equal', "Name the two columns that are to be equal.") -%}
  {%- set columns = dbt_playbooks._tested_columns(tested) -%}
  {%- if not columns -%}
    {{ return({'a': dbt_playbooks._quoted(given.a), 'b': dbt_playbooks._quoted(given.b), 'names': given.values() | list}) }}
  {%- endif -%}
  {%- set names = dbt_playbooks._named_columns([a, b], columns, 'the model', 'columns that are to be equal') -%}
  {%- set sides = [] -%}
  {%- for name in names -%}
    {%- do sides.append({'name': name, 'data_type': columns[name | lower].data_type | lower}) -%}
  {%- endfor -%}
  {%- set how = dbt_playbooks._compared_as(sides[0].data_type, sides[1].data_type) -%}
  {%- if how is none -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.columns_equal: '" ~ names[0] ~ "' is " ~ sides[0].data_type ~ " and '" ~ names[1] ~ "' is " ~ sides[1].data_type
      ~ ", which have no type in common. Whether one can be cast to the other, the test cast_failure_rate_below tells.") }}
  {%- endif -%}
  {{ return({
    'a': dbt_playbooks._placed(how.old, dbt_playbooks._quoted(names[0])), 'b': dbt_playbooks._placed(how.new, dbt_playbooks._quoted(names[1])), 'names': names
  }) }}
{% endmacro %}

{#- The type of a tested column; text as long as the model is not built. -#}
{% macro _tested_type(tested, column) %}
  {%- set columns = dbt_playbooks._tested_columns(tested) -%}
  {%- if not columns -%}
    {{ return('string') }}
  {%- endif -%}
  {{ return(columns[dbt_playbooks._named_columns([column], columns, 'the model', 'the tested column')[0] | lower].data_type) }}
{% endmacro %}

{#- The columns of the model of a generic test, a relation or a subquery (see `_tested_place`); {} when it is not built, as it may be in `dbt compile`. -#}
{% macro _tested_columns(tested) %}
  {%- set place = dbt_playbooks._tested_place() if tested is string else tested -%}
  {%- if not execute or place is none -%}
    {{ return({}) }}
  {%- endif -%}
  {%- set relation = adapter.get_relation(database=place.database, schema=place.schema, identifier=place.identifier) -%}
  {{ return({} if relation is none else dbt_playbooks._columns_of(relation)) }}
{% endmacro %}
