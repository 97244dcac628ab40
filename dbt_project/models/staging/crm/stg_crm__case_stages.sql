with case_stages as (
    select * from {{ source('raw', 'crm_case_stages') }}
),

aliases as (
    select * from {{ ref('stg_crm__customer_aliases') }}
)

select
    case_stages.source_code,
    case_stages.case_id,
    case_stages.stage_code,
    case_stages.passage_number,
    coalesce(aliases.customer_id, case_stages.customer_key) as customer_id,
    case_stages.entered_at,
    case_stages.left_at,
    case_stages.due_at,
    coalesce(case_stages.clock_owner_code, 'supplier') as clock_owner_code,
    case_stages.is_accepted_first_time,
    case_stages.owner_id,
    case_stages.known_at
from case_stages
left join aliases on {{ alias_on('case_stages', 'case_stages.entered_at') }}
