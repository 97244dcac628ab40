with answers as (
    select * from {{ ref('fct_answer') }}
    where is_valid_response
),

items as (
    select * from {{ source('config', 'items') }}
    where in_index
),

answers_rated as (
    select answers.*
    from answers
    inner join items on answers.instrument_code = items.instrument_code and answers.item_code = items.item_code
    where answers.satisfaction is not null
)

select
    month_start_date,
    customer_id,
    cast(count(*) as bigint) as n_answers,
    cast(sum(satisfaction) as bigint) as sum_satisfaction,
    cast(count(distinct response_id) as bigint) as n_responses
from answers_rated
group by month_start_date, customer_id
