with invitations as (
    select * from {{ ref('stg_surveys__invitations') }}
),

deliveries as (
    select delivery_id, min(customer_id) as customer_id
    from {{ ref('stg_deliveries__deliveries') }}
    where delivery_id in (select asked.delivery_id from invitations as asked where asked.customer_id is null)
    group by delivery_id
),

customers as (
    select * from {{ ref('dim_customer') }}
),

invitations_identified as (
    select
        invitations.source_code,
        invitations.response_id,
        invitations.instrument_code,
        invitations.wave_code,
        invitations.mode_code,
        invitations.sent_at,
        invitations.returned_at,
        invitations.is_valid,
        invitations.chosen_by_code,
        invitations.known_at,
        coalesce(invitations.customer_id, deliveries.customer_id) as customer_id
    from invitations
    left join deliveries on invitations.delivery_id = deliveries.delivery_id
)

select
    invitations.source_code,
    invitations.response_id,
    invitations.instrument_code,
    coalesce(invitations.wave_code, '') as wave_code,
    coalesce(invitations.mode_code, '') as mode_code,
    {{ frozen_customer() }},
    invitations.sent_at,
    invitations.returned_at,
    invitations.is_valid,
    invitations.chosen_by_code,
    invitations.known_at
from invitations_identified as invitations
left join customers on {{ customer_on('invitations', 'invitations.sent_at') }}
