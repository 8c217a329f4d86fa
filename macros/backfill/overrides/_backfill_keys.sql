{#- A key that two windows share makes chunks undo each other, and one that a chunk holds twice makes a merge take any of its
    rows. Both fail the chunk in its own statement or transaction, and the error names some of the keys. A key with a
    NULL meets no other row. -#}

{#- The parts of a model's key: names or expressions. -#}
{% macro _backfill_keys() %}
  {%- set keys = config.get('merge_on_using_columns') or config.get('unique_key') or [] -%}
  {{ return([keys] if keys is string else keys | list) }}
{% endmacro %}

{#- What an error says before its examples, and after them. -#}
{% macro _shared_key_texts(window, keys) %}
  {{ return([
    "the key (" ~ keys | join(', ') ~ ") of rows of this chunk is also in rows outside of its window " ~ window.start_date
    ~ " to " ~ window.end_date ~ ", so chunks would undo each other. For example: ",
    ". Nothing was changed. If rows moved to another day, fill that day too and run this again; if two rows changed places, "
    ~ "run one chunk that holds both days; a row without a date is in no window: give it one, or delete it. "
    ~ "A model that keeps the latest row of a key cannot be filled by windows: fill a model that keeps every row, "
    ~ "and build this one from it as a table."
  ]) }}
{% endmacro %}

{% macro _twice_texts(window, keys) %}
  {{ return([
    "the key (" ~ keys | join(', ') ~ ") is in more than one row of the window " ~ window.start_date ~ " to " ~ window.end_date
    ~ ", so a merge would take any of them. For example: ",
    ". Nothing was changed. Make the rows unique in the model's SQL, give it a unique_key that is, or use a strategy without a key "
    ~ "(insert_overwrite or microbatch) or delete+insert."
  ]) }}
{% endmacro %}

{#- DuckDB: a statement that fails, with up to three examples, when the query `examples` (column `example`) has any. -#}
{% macro _refuse_examples_sql(examples, texts) %}
  {{ return(
    'select error(' ~ dbt_playbooks._string_literal(texts[0]) ~ " || string_agg(example, '; ' order by example) || "
    ~ dbt_playbooks._string_literal(texts[1]) ~ ')\nfrom (\n' ~ examples ~ '\n  limit 3\n) as examples\nhaving count(*) > 0;\n'
  ) }}
{% endmacro %}

{#- DuckDB: the parts of a key as one text. -#}
{% macro _key_text(keys) %}
  {%- set parts = [] -%}
  {%- for key in keys -%}
    {#- 'id, event_date' is a key, too -#}
    {%- do parts.append('cast(' ~ ('(' ~ key ~ ')' if ',' in key else key) ~ ' as varchar)') -%}
  {%- endfor -%}
  {{ return(parts | join(" || ', ' || ")) }}
{% endmacro %}

{#- DuckDB: no row of the target outside of the window, of which `inside` is the predicate, has a key of the rows to load.
    `condition` says when a row DBT_INTERNAL_DEST has the key of a row DBT_INTERNAL_SOURCE; without one the keys decide alone, by
    the predicate of dbt's own delete. -#}
{% macro _refuse_shared_keys_sql(window, target_relation, rows, keys, inside, condition=none) %}
  {%- set key = keys | join(', ') -%}
  {%- set day = 'cast(' ~ dbt_playbooks._quote(window.column) ~ ' as varchar)' -%}
  {%- set met -%}
    {%- if condition -%}
      exists (select 1 from {{ rows }} as DBT_INTERNAL_SOURCE where {{ condition }})
    {%- else -%}
      ({{ key }}) in (select {{ key }} from {{ rows }})
    {%- endif -%}
  {%- endset -%}
  {{ return(dbt_playbooks._refuse_examples_sql(
    '  select distinct ' ~ dbt_playbooks._key_text(keys) ~ " || ' on ' || coalesce(" ~ day ~ ", 'no date') as example\n  from "
    ~ target_relation ~ ' as DBT_INTERNAL_DEST\n  where (' ~ inside ~ ') is not true and ' ~ met,
    dbt_playbooks._shared_key_texts(window, keys)
  )) }}
{% endmacro %}

{#- DuckDB: no key is in two of the rows to load. -#}
{% macro _refuse_twice_sql(window, rows, keys) %}
  {%- set text = dbt_playbooks._key_text(keys) -%}
  {{ return(dbt_playbooks._refuse_examples_sql(
    '  select ' ~ text ~ " || ' (' || count(*) || ' rows)' as example\n  from " ~ rows ~ '\n  where ' ~ text ~ ' is not null\n  group by '
    ~ keys | join(', ') ~ '\n  having count(*) > 1',
    dbt_playbooks._twice_texts(window, keys)
  )) }}
{% endmacro %}
