-- as multisets: a row that is there once too often, or once too few, fails
(
    select * from {{ ref('flights_typed') }}
    except all
    select * from {{ ref('stg_flights') }}
)
union all
(
    select * from {{ ref('stg_flights') }}
    except all
    select * from {{ ref('flights_typed') }}
)
