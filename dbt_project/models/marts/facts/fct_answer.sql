with answers as (
    select * from {{ ref('stg_surveys__answers') }}
),

responses as (
    select * from {{ ref('int_responses_answered') }}
)

select
    answers.month_start_date,
    answers.source_code,
    answers.response_id,
    answers.item_code,
    answers.instrument_code,
    responses.wave_code,
    responses.mode_code,
    responses.customer_id,
    responses.segment_code,
    responses.region_code,
    responses.tier_code,
    responses.owner_id,
    answers.answered_at,
    answers.satisfaction,
    answers.importance,
    answers.expectation,
    answers.not_rating_code,
    responses.weight,
    responses.is_valid as is_valid_response,
    answers.delivery_id,
    answers.case_id,
    answers.known_at
from answers
inner join responses
    on answers.month_start_date = responses.month_start_date
    and answers.source_code = responses.source_code
    and answers.response_id = responses.response_id
    and answers.instrument_code = responses.instrument_code
