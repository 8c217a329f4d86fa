{{ config(materialized='table') }}

-- every flight that left New York in 2013, as it came: text where the data is messy
select * from read_csv('flights.csv', all_varchar = true)
