{%- set keys -%}
source_code, response_id, instrument_code, wave_code, mode_code, customer_id, segment_code, region_code, tier_code, owner_id
{%- endset -%}
with invitations as (
    select * from {{ ref('int_invitations_identified') }}
),

-- not kept in the stored months: answers that come again unchanged touch no month, but are known from a later file
answers_known as (
    select month_start_date, source_code, response_id, instrument_code, max(known_at) as known_at
    from {{ ref('stg_surveys__answers') }}
    group by month_start_date, source_code, response_id, instrument_code
),

answered as (
    select responses.*, answers_known.known_at
    from {{ ref('int_responses_answered') }} as responses
    left join answers_known
        on responses.month_start_date = answers_known.month_start_date
        and responses.source_code = answers_known.source_code
        and responses.response_id = answers_known.response_id
        and responses.instrument_code = answers_known.instrument_code
),

answered_once as (
    select
        source_code,
        response_id,
        min(answered_at) as answered_at,
        cast(sum(n_answers) as bigint) as n_answers,
        max(case when is_valid then 1 else 0 end) = 1 as is_valid,
        max(weight) as weight,
        max(known_at) as known_at
    from answered
    group by source_code, response_id
),

responses_sent as (
    select
        {{ month_of('invitations.sent_at') }} as month_start_date,
        invitations.{{ keys | replace(', ', ', invitations.') }},
        invitations.sent_at,
        coalesce(invitations.returned_at, answers.answered_at) as returned_at,
        true as is_sent,
        coalesce(answers.is_valid, invitations.is_valid, true) as is_valid_if_returned,
        coalesce(answers.n_answers, 0) as n_answers,
        coalesce(answers.weight, 1) as weight,
        invitations.chosen_by_code,
        greatest(invitations.known_at, answers.known_at) as known_at
    from invitations
    left join answered_once as answers
        on invitations.source_code = answers.source_code and invitations.response_id = answers.response_id
),

responses_unasked as (
    select answered.*
    from answered
    left join invitations
        on answered.source_code = invitations.source_code and answered.response_id = invitations.response_id
    where invitations.response_id is null
),

responses as (
    select * from responses_sent
    union all
    select
        month_start_date, {{ keys }}, cast(null as timestamp), answered_at, false, is_valid, n_answers, weight,
        cast(null as string), known_at
    from responses_unasked
)

select
    month_start_date,
    {{ keys | replace(', ', ',\n    ') }},
    sent_at,
    returned_at,
    is_sent,
    returned_at is not null as is_returned,
    returned_at is not null and is_valid_if_returned as is_valid,
    n_answers,
    cast(weight as decimal(18, 6)) as weight,
    chosen_by_code,
    known_at
from responses
