insert into "memory"."dbt_test"."backfill_log" (processed_at, backfill_id, model, date_processed, chunk_end, attempt, status, rows_processed, bytes_processed, duration_seconds, error_message, invocation_id)
values (make_timestamp(epoch_us(get_current_timestamp())), 'b', 'shop.orders', date '2024-01-02', date '2024-01-02', 1, 'failed', 5, null, 0.5, 'it''s broken', 'i');
