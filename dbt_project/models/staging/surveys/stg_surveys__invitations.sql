with invitations as (
    select * from {{ source('raw', 'surveys_invitations') }}
),

aliases as (
    select * from {{ ref('stg_crm__customer_aliases') }}
)

select
    invitations.source_code,
    invitations.response_id,
    invitations.instrument_code,
    invitations.wave_code,
    invitations.mode_code,
    coalesce(aliases.customer_id, invitations.customer_key) as customer_id,
    invitations.sent_at,
    invitations.returned_at,
    invitations.is_valid,
    invitations.chosen_by_code,
    invitations.delivery_id,
    invitations.known_at
from invitations
left join aliases on {{ alias_on('invitations', 'invitations.sent_at') }}
