-- reads a table of the project without ref
select order_id, status as hidden_status from shop.stg_orders
