{#- What was granted on a table itself: roles to lists of grantees. Grants of the dataset and the project are not among them, and are not lost. -#}
{% macro _grants_of(relation) %}
  {%- set roles = {} -%}
  {%- for row in dbt_playbooks._query(dbt_playbooks._grants_sql(relation)) -%}
    {%- do roles.update({row[0]: roles.get(row[0], []) + [row[1]]}) -%}
  {%- endfor -%}
  {{ return(roles) }}
{% endmacro %}

{% macro _grants_sql(relation) %}
  {%- set place = dbt_playbooks._string_literals([relation.schema, relation.identifier]) -%}
  {%- set sql -%}
select
  privilege_type,
  grantee
from {{ dbt_playbooks._region_view(relation, 'OBJECT_PRIVILEGES') }}
where object_schema = {{ place[0] }} and object_name = {{ place[1] }}
order by 1, 2
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- What gives roles ({role: grantees}) on a table. -#}
{% macro _grant_statements(relation, granted) %}
  {%- set statements = [] -%}
  {%- for role, grantees in granted.items() -%}
    {%- do statements.append('grant ' ~ dbt_playbooks._quoted(role) ~ '\non table ' ~ relation ~ '\nto ' ~ dbt_playbooks._string_literals(grantees) | join(', ')) -%}
  {%- endfor -%}
  {{ return(statements) }}
{% endmacro %}
