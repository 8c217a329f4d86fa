{#- The indexes of the table's name after a swap: 'name', 'new_name', 'is_unique', 'parts', 'comment', and 'lost': the column that is missing for it, or none. The old
    table's come first. Those of the incoming table get another name, because DuckDB 1.5 breaks off when one transaction drops an index of a stored table and
    makes it again under its name. -#}
{% macro _indexes_after(old, incoming, rename) %}
  {%- set indexes, definitions, names = [], [], [] -%}
  {%- for index in old.indexes + incoming.indexes -%}
    {%- do names.append(index.name) -%}
  {%- endfor -%}
  {%- for index in old.indexes -%}
    {%- set lost = [] -%}
    {%- for name, column in old.columns.items() if name not in incoming.columns or name in rename -%}
      {%- if dbt_playbooks._is_named_in(name, index.parts) -%}
        {%- do lost.append(column.name) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do definitions.append((index.is_unique, index.parts)) -%}
    {%- do indexes.append({'name': index.name, 'new_name': index.name, 'is_unique': index.is_unique, 'parts': index.parts, 'comment': index.get('comment'), 'lost': lost[0] if lost else none}) -%}
  {%- endfor -%}
  {%- for index in incoming.indexes if (index.is_unique, index.parts) not in definitions -%}
    {%- do indexes.append({'name': index.name, 'new_name': dbt_playbooks._free_index_name(index.name, names), 'is_unique': index.is_unique, 'parts': index.parts, 'comment': index.get('comment'), 'lost': none}) -%}
  {%- endfor -%}
  {{ return(indexes) }}
{% endmacro %}

{% macro _free_index_name(name, names) %}
  {%- for number in range(2, 100) if name ~ '_' ~ number not in names -%}
    {{ return(name ~ '_' ~ number) }}
  {%- endfor -%}
{% endmacro %}

{#- What makes one on a table, with its comment. -#}
{% macro _index_statements(index, relation) %}
  {{ return(['create ' ~ ('unique ' if index.is_unique else '') ~ 'index ' ~ dbt_playbooks._quoted(index.new_name) ~ ' on ' ~ relation ~ ' (' ~ index.parts ~ ')']
    + ([dbt_playbooks._index_comment_sql(relation, index.new_name, index.comment)] if index.get('comment') else [])) }}
{% endmacro %}

{% macro _index_comment_sql(relation, name, comment) %}
  {{ return('comment on index ' ~ dbt_playbooks._index_name(relation, name) ~ ' is ' ~ dbt_playbooks._string_literal(comment)) }}
{% endmacro %}

{#- The name of an index of a table, in quotes. -#}
{% macro _index_name(relation, name) %}
  {{ return([dbt_playbooks._quoted(relation.database), dbt_playbooks._quoted(relation.schema), dbt_playbooks._quoted(name)] | join('.')) }}
{% endmacro %}

{#- Whether SQL names a column: as a whole word, or in quotes. -#}
{% macro _is_named_in(name, sql) %}
  {%- set state = {'word': '', 'quoted': false} -%}
  {%- for character in sql | lower ~ ' ' -%}
    {%- set is_quote = character in '"`' -%}
    {%- if is_quote or (character in ' ,()\'+-*/<>=|:.;[]\n' and not state.quoted) -%}
      {%- if state.word == name | lower -%}
        {{ return(true) }}
      {%- endif -%}
      {%- do state.update(word='', quoted=is_quote and not state.quoted) -%}
    {%- else -%}
      {%- do state.update(word=state.word ~ character) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(false) }}
{% endmacro %}
