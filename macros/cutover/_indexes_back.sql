{#- The indexes after the way back, as `_indexes_after` has them, and 'on': the table that gets it. The old table gets those that its mark remembers; the
    replacement keeps those that it has by now and that are its own, under their first names. Without a mark nobody knows whose they are: the name keeps them. -#}
{% macro _indexes_back(place, goes, comes) %}
  {%- set mark, indexes = dbt_playbooks._backup_mark(place.backup), [] -%}
  {%- if place.state == 'done' and not mark -%}
    {%- for index in dbt_playbooks._indexes_after(goes, comes, {}) -%}
      {%- do indexes.append(dict(index, on=place.table)) -%}
    {%- endfor -%}
    {{ return(indexes) }}
  {%- endif -%}
  {%- set old, definitions, taken = dbt_playbooks._marked_indexes(mark), [], [] -%}
  {%- for index in goes.indexes + comes.indexes -%}
    {%- do taken.append(index.name) -%}
  {%- endfor -%}
  {%- for index in old -%}
    {%- set lost = [] -%}
    {%- for column in mark.columns if column | lower not in comes.columns and dbt_playbooks._is_named_in(column, index.parts) -%}
      {%- do lost.append(column) -%}
    {%- endfor -%}
    {%- set is_there = index.name in (comes.indexes | map(attribute='name') | list) -%}
    {%- do indexes.append(dict(index, new_name=dbt_playbooks._free_index_name(index.name, taken) if is_there else index.name, lost=lost[0] if lost else none, on=place.table)) -%}
    {%- do definitions.append((index.is_unique, index.parts)) -%}
  {%- endfor -%}
  {%- for index in comes.indexes if (index.is_unique, index.parts) not in definitions -%}
    {%- do indexes.append(dict(index, new_name=dbt_playbooks._free_index_name(index.name, taken), lost=none, on=place.table)) -%}
  {%- endfor -%}
  {%- for index in (goes.indexes if place.state == 'done' else []) -%}
    {%- set own, names = [], taken + (indexes | map(attribute='new_name') | list) -%}
    {%- for first in mark.get('replacement', {}).get('indexes', []) if (first.is_unique, first.parts) == (index.is_unique, index.parts) -%}
      {%- do own.append(first.name if first.name not in names else dbt_playbooks._free_index_name(index.name, names)) -%}
    {%- endfor -%}
    {%- if own or (index.is_unique, index.parts) not in definitions or index.name not in (old | map(attribute='name') | list) -%}
      {%- do indexes.append(dict(index, new_name=own[0] if own else dbt_playbooks._free_index_name(index.name, names), lost=none, on=place.replacement)) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(indexes) }}
{% endmacro %}

{#- Those among the statements that a mark holds: ['CREATE UNIQUE INDEX "by ""id" ON ', '(id)']. -#}
{% macro _marked_indexes(mark) %}
  {%- set indexes = [] -%}
  {%- for before, after in mark.get('definition', []) if before.startswith('CREATE ') -%}
    {%- set name = before.split('INDEX ', 1)[1][:-4] -%}
    {%- set plain = name[1:-1] | replace('""', '"') if name[:1] == '"' else name -%}
    {%- do indexes.append({
      'name': plain, 'is_unique': before.startswith('CREATE UNIQUE'), 'parts': after[1:-1], 'comment': mark.get('index_comments', {}).get(plain)
    }) -%}
  {%- endfor -%}
  {{ return(indexes) }}
{% endmacro %}

{#- What is said of them. -#}
{% macro _notes_of_indexes(indexes, backup) %}
  {%- set places, lines = {}, [] -%}
  {%- for index in indexes -%}
    {%- if index.lost -%}
      {%- do lines.append('Lost is the index ' ~ index.name ~ ' (' ~ index.parts ~ '), which names the column ' ~ index.lost ~ ' that ' ~ backup ~ ' lacks.') -%}
    {%- else -%}
      {%- do places.update({index.on | string: places.get(index.on | string, []) + [index.new_name]}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for relation, names in places.items() -%}
    {%- do lines.append(('The index ' if names | length == 1 else 'The indexes ') ~ names | join(', ') ~ (' is' if names | length == 1 else ' are') ~ ' made again on ' ~ relation ~ '.') -%}
  {%- endfor -%}
  {{ return(lines) }}
{% endmacro %}
