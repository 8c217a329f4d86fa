select id, label as name from {{ ref('int_by_position') }} where id > 0
