insert into "memory"."dbt_test"."backfill_runs" (recorded_at, backfill_id, invocation_id, model, chunks, start_date, end_date, chunk, event)
values (make_timestamp(epoch_us(get_current_timestamp())), 'b', 'i', 'shop.orders', 4, date '2024-01-01', date '2024-01-04', 'day', 'release');
