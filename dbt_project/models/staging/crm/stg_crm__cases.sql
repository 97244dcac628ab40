with cases as (
    select * from {{ source('raw', 'crm_cases') }}
),

aliases as (
    select * from {{ ref('stg_crm__customer_aliases') }}
)

select
    cases.source_code,
    cases.case_id,
    coalesce(aliases.customer_id, cases.customer_key) as customer_id,
    cases.process_code,
    cases.opened_at,
    cases.closed_at,
    cases.status_code,
    cases.size_value,
    cases.is_resource_available,
    cases.region_code,
    cases.owner_id,
    cases.known_at
from cases
left join aliases on {{ alias_on('cases', 'cases.opened_at') }}
