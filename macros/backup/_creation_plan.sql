{#- How a table that is gone is made again, as `_restore_plan` says it. DuckDB: by the statements that its backup keeps, and the rows. -#}
{% macro duckdb___creation_plan(origin) %}
  {%- set names = dbt_playbooks._quoted_list(origin.mark.columns) -%}
  {%- set statements = [] -%}
  {%- for parts in origin.mark.definition -%}
    {%- do statements.append(parts[0] ~ origin.relation ~ parts[1]) -%}
    {%- if loop.first -%}
      {%- do statements.append('insert into ' ~ origin.relation ~ ' (' ~ names ~ ')\nselect ' ~ names ~ '\nfrom ' ~ origin.source) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for name, comment in origin.mark.get('index_comments', {}).items() -%}
    {%- do statements.append(dbt_playbooks._index_comment_sql(origin.relation, name, comment)) -%}
  {%- endfor -%}
  {{ return({'statements': statements, 'backup': none, 'back': 'drop table ' ~ origin.relation, 'needs': '', 'notes': [
    'It is made again as it was defined when the backup was made, with its keys, defaults, indexes and comments, in one transaction. Foreign keys of other tables to it do not come back.'
      ~ (' Nor does what refers to itself: ' ~ origin.mark.own_keys | join(', ') ~ '. DuckDB takes such a row only after the one that it refers to, and adds no foreign key to a table that is there. To have it,'
        ~ ' create the table with it by hand, and insert the rows of the backup in that order.' if origin.mark.get('own_keys') else '')
  ]}) }}
{% endmacro %}

{% macro bigquery___creation_plan(origin) %}
  {{ return({
    'statements': ['create table ' ~ origin.relation ~ '\nclone ' ~ origin.source], 'backup': none, 'back': 'drop table ' ~ origin.relation,
    'needs': dbt_playbooks._needs('creation'), 'notes': [
      'It is made again from the backup, which keeps its columns, partitioning and clustering. Grants on the table went with it, and whether row access policies, labels, tags and'
      ~ ' its expiry come back was never tried: set them again, or look at them, before you let people read it.'
    ]
  }) }}
{% endmacro %}
