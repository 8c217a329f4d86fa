select currency, rate, valid_on from {{ ref('rates') }}
