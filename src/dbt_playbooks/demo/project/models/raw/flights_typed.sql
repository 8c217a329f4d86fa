{{ config(materialized='view') }}

select
    make_date(cast(year as integer), cast(month as integer), cast(day as integer)) as flight_date,
    carrier,
    cast(flight as integer) as flight,
    nullif(tailnum, 'NA') as tailnum,
    origin,
    dest,
    try_cast(dep_time as integer) as dep_time,
    try_cast(dep_delay as double) as dep_delay,
    try_cast(arr_delay as double) as arr_delay,
    try_cast(air_time as double) as air_time,
    cast(distance as integer) as distance
from {{ ref('raw_flights') }}
