with answers as (
    select * from {{ ref('stg_surveys__answers') }}
    where {{ in_touched_months() }}
),

items as (
    select * from {{ source('config', 'items') }}
),

invitations as (
    select * from {{ ref('stg_surveys__invitations') }}
),

aliases as (
    select * from {{ ref('stg_crm__customer_aliases') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

answers_gathered as (
    select
        answers.month_start_date,
        answers.source_code,
        answers.response_id,
        answers.instrument_code,
        max(answers.wave_code) as wave_code,
        max(answers.mode_code) as mode_code,
        max(answers.customer_key) as customer_key,
        max(answers.delivery_id) as delivery_id,
        max(answers.case_id) as case_id,
        min(answers.answered_at) as answered_at,
        max(answers.weight) as weight,
        max(items.minimum_answers_for_valid) as minimum_answers_for_valid,
        cast(count(
            case
                when items.n_picks is not null then coalesce(answers.satisfaction, nullif(answers.importance, 0), answers.expectation)
                when items.item_code is not null then coalesce(answers.satisfaction, answers.importance, answers.expectation)
            end
        ) as bigint) as n_answers
    from answers
    left join items on answers.instrument_code = items.instrument_code and answers.item_code = items.item_code
    group by answers.month_start_date, answers.source_code, answers.response_id, answers.instrument_code
),

deliveries as (
    select delivery_id, min(customer_id) as customer_id
    from {{ ref('stg_deliveries__deliveries') }}
    where delivery_id in (select gathered.delivery_id from answers_gathered as gathered)
    group by delivery_id
),

cases as (
    select case_id, min(customer_id) as customer_id
    from {{ ref('stg_crm__cases') }}
    where case_id in (select gathered.case_id from answers_gathered as gathered)
    group by case_id
),

responses_identified as (
    select
        answers_gathered.*,
        coalesce(invitations.is_valid, true) as is_valid_by_source,
        coalesce(
            aliases.customer_id, answers_gathered.customer_key, invitations.customer_id, deliveries.customer_id, cases.customer_id
        ) as customer_id
    from answers_gathered
    left join aliases on {{ alias_on('answers_gathered', 'answers_gathered.answered_at') }}
    left join invitations
        on answers_gathered.source_code = invitations.source_code and answers_gathered.response_id = invitations.response_id
    left join deliveries on answers_gathered.delivery_id = deliveries.delivery_id
    left join cases on answers_gathered.case_id = cases.case_id
)

select
    responses.month_start_date,
    responses.source_code,
    responses.response_id,
    responses.instrument_code,
    coalesce(responses.wave_code, '') as wave_code,
    coalesce(responses.mode_code, '') as mode_code,
    {{ frozen_customer() }},
    responses.delivery_id,
    responses.case_id,
    responses.answered_at,
    responses.n_answers,
    responses.is_valid_by_source and responses.n_answers >= coalesce(responses.minimum_answers_for_valid, 1) as is_valid,
    cast(coalesce(responses.weight, 1) as decimal(18, 6)) as weight
from responses_identified as responses
left join customers on {{ customer_on('responses', 'responses.answered_at') }}
