with recursive tree (id, top) as (
    select "group", sku from {{ ref('stg_products') }} where position is null
    union all
    select p."group", tree.top from {{ ref('stg_products') }} as p inner join tree on p.position = tree.id
)

select id, top from tree
