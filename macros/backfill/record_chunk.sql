{#- Appends what became of a chunk to the log. `status`: running, completed, failed or interrupted. -#}
{% macro record_chunk(backfill_id, model, start_date, end_date, attempt, status, invocation_id,
                      rows=none, bytes=none, seconds=none, error=none) %}
  {%- do run_query(dbt_playbooks.record_chunk_sql(
    backfill_id=backfill_id, model=model, start_date=start_date, end_date=end_date, attempt=attempt, status=status,
    invocation_id=invocation_id, rows=rows, bytes=bytes, seconds=seconds, error=error
  )) -%}
{% endmacro %}

{% macro record_chunk_sql(backfill_id, model, start_date, end_date, attempt, status, invocation_id,
                          rows=none, bytes=none, seconds=none, error=none) %}
  {%- set longest_error = 4000 -%}
  {%- if error is not none and error | length > longest_error -%}
    {%- set error = error[:longest_error] ~ ' [cut: ' ~ error | length ~ ' characters]' -%}
  {%- endif -%}
  {{ return(dbt_playbooks._insert_row_sql(
    dbt_playbooks._backfill_relation('backfill_log'),
    {
      'backfill_id': backfill_id, 'model': model, 'date_processed': start_date, 'chunk_end': end_date,
      'attempt': attempt, 'status': status, 'rows_processed': rows, 'bytes_processed': bytes,
      'duration_seconds': seconds, 'error_message': error, 'invocation_id': invocation_id
    },
    dates=['date_processed', 'chunk_end'], clock='processed_at'
  )) }}
{% endmacro %}
