{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='flight_date'
) }}

select * from {{ ref('flights_typed') }}
where {{ dbt_playbooks.backfill_filter('flight_date') }}
