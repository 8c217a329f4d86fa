{#- What the old table has and the replacement lacks. 'before': statements that put it on the replacement, before the swap, so that no reader sees the
    name without it; 'after': what can only be put on the table itself; 'findings': [check, verdict, what] each, also of what is lost. -#}
{% macro _carried(place, strategy, rename) %}
  {{ return(adapter.dispatch('_carried', 'dbt_playbooks')(place=place, strategy=strategy, rename=rename)) }}
{% endmacro %}

{#- Comments are put on the replacement. Of constraints it is said what to run: on a large table they take time, and fail. NOT NULL is told with the schema. -#}
{% macro duckdb___carried(place, strategy, rename) %}
  {%- set old, new, to = dbt_playbooks._catalogued(place.old), dbt_playbooks._catalogued(place.replacement), place.replacement -%}
  {%- do dbt_playbooks._refuse_references(place, old, new) -%}
  {%- set before, kept, findings = [], [], [] -%}
  {%- set comment = dbt_playbooks._without_mark(old.comment) -%}
  {%- if comment and not new.comment -%}
    {%- do before.append('comment on table ' ~ to ~ ' is ' ~ dbt_playbooks._string_literal(comment)) -%}
    {%- do kept.append('the comment of the table') -%}
  {%- endif -%}
  {%- for pair in dbt_playbooks._column_pairs(old.columns, new.columns, rename) -%}
    {%- set column = dbt_playbooks._quoted(pair.new.name) -%}
    {%- if pair.old.comment and not pair.new.comment -%}
      {%- do before.append('comment on column ' ~ to ~ '.' ~ column ~ ' is ' ~ dbt_playbooks._string_literal(pair.old.comment)) -%}
      {%- do kept.append('the comment of ' ~ pair.new.name) -%}
    {%- endif -%}
    {%- if pair.old.collation != pair.new.collation -%}
      {%- do findings.append(['lost', 'problem', 'the collation of ' ~ pair.new.name ~ ': ' ~ (pair.old.collation or 'none') ~ ' in the table, ' ~ (pair.new.collation or 'none')
        ~ ' in the replacement, so texts would be equal, and in order, otherwise. Make the replacement with it: ' ~ pair.new.name ~ ' varchar' ~ (' collate ' ~ pair.old.collation if pair.old.collation else '')]) -%}
    {%- endif -%}
    {%- if pair.old.is_generated and not pair.new.is_generated -%}
      {%- do findings.append(['lost', 'problem', 'that ' ~ pair.new.name ~ ' is generated, as ' ~ pair.old.default ~ '. DuckDB adds that to no table that is there: make the replacement with it']) -%}
    {%- elif pair.old.default is not none and pair.new.default is none -%}
      {%- do findings.append(['lost', 'problem', 'the default of ' ~ pair.new.name ~ '. Set it first: alter table ' ~ to ~ ' alter column ' ~ column ~ ' set default ' ~ pair.old.default]) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for constraint in old.constraints if constraint not in new.constraints -%}
    {%- do findings.append(['lost', 'problem', 'the constraint ' ~ constraint ~ (
      '. Add it first: alter table ' ~ to ~ ' add ' ~ constraint if constraint.startswith('PRIMARY KEY') else '. DuckDB adds it to no table that is there: make the replacement with it'
    )]) -%}
  {%- endfor -%}
  {%- if old.tags and old.tags != new.tags -%}
    {%- do findings.append(['lost', 'problem', 'the tags ' ~ old.tags ~ '. Make the replacement with them']) -%}
  {%- endif -%}
  {%- for index in dbt_playbooks._indexes_after(old, new, rename) -%}
    {%- if index.lost -%}
      {%- do findings.append(['lost', 'problem', 'the index ' ~ index.name ~ ' (' ~ index.parts ~ '), which names the column ' ~ index.lost ~ ' that the replacement lacks']) -%}
    {%- else -%}
      {%- do kept.append('the index ' ~ index.name ~ (', as ' ~ index.new_name if index.new_name != index.name else '')) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if kept -%}
    {%- do findings.append(['kept', 'fine', kept | join(', ')]) -%}
  {%- endif -%}
  {{ return({'before': before, 'after': [], 'findings': findings, 'old': old, 'new': new}) }}
{% endmacro %}

{#- Columns of both sides, by name: {'old', 'new'} each. -#}
{% macro _column_pairs(old_columns, new_columns, rename) %}
  {%- set pairs, new_names = [], {} -%}
  {%- for old_name, new_name in (rename or {}).items() -%}
    {%- do new_names.update({old_name | lower: new_name | lower}) -%}
  {%- endfor -%}
  {%- for name, column in old_columns.items() -%}
    {%- set other = new_columns.get(new_names.get(name, name)) -%}
    {%- if other -%}
      {%- do pairs.append({'old': column, 'new': other}) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(pairs) }}
{% endmacro %}

{#- What DuckDB cannot rename, by name. -#}
{% macro _refuse_references(place, old, new) %}
  {%- for relation, facts in [(place.old, old), (place.replacement, new)] if facts.referenced_by -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: DuckDB renames no table that a foreign key refers to, and " ~ relation ~ " is referred to by "
      ~ facts.referenced_by | join(', ') ~ ". Make these tables without the foreign key first (create table ... as from ...).") }}
  {%- endfor -%}
  {%- for relation, facts in [(place.old, old), (place.replacement, new)] if facts.refers_to -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ relation ~ " has a foreign key (" ~ (facts.refers_to | select | join(', ') or 'to itself') ~ "), and DuckDB renames such a table in a way that no row of the table "
      ~ "it refers to can be deleted any more (its issue 24648). Make both tables without foreign keys first (create table ... as from ...).") }}
  {%- endfor -%}
  {%- for index in old.indexes + new.indexes if index.other_type -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: the index " ~ index.name ~ " is of the type " ~ index.other_type ~ ", which is not made again here, and DuckDB renames no table that has an index. Drop it first, and make it again after the cutover.") }}
  {%- endfor -%}
  {%- if old.is_read_only -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: the database " ~ place.table.database ~ " is opened read only, so nothing in it can be renamed. Take read_only out of profiles.yml.") }}
  {%- endif -%}
{% endmacro %}
