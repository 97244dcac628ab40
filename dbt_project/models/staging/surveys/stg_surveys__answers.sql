with answers as (
    select * from {{ source('raw', 'surveys_answers') }}
)

select
    {{ month_of('answered_at') }} as month_start_date,
    source_code,
    response_id,
    item_code,
    instrument_code,
    wave_code,
    mode_code,
    customer_key,
    answered_at,
    satisfaction,
    importance,
    expectation,
    not_rating_code,
    weight,
    delivery_id,
    case_id,
    known_at
from answers
