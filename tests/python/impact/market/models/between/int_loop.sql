select
    customer_id
    {% for each in ['open', 'paid'] %}
    , sum(case when {{ 'sta' ~ 'tus' }} = '{{ each }}' then amount end) as amount_{{ each }}
    {% endfor %}
from {{ ref('stg_orders') }}
group by 1
