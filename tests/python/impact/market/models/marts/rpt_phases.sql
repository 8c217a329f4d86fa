select phase, count(*) as orders from {{ ref('int_phases_again') }} group by phase
