with complaints as (
    select * from {{ source('raw', 'complaints_complaints') }}
),

aliases as (
    select * from {{ ref('stg_crm__customer_aliases') }}
)

select
    complaints.source_code,
    complaints.complaint_id,
    coalesce(aliases.customer_id, complaints.customer_key) as customer_id,
    complaints.opened_at,
    complaints.due_at,
    complaints.first_response_at,
    complaints.resolved_at,
    complaints.closed_at,
    complaints.status_code,
    complaints.category_code,
    complaints.channel_code,
    complaints.department_code,
    complaints.is_valid,
    complaints.is_resolved,
    complaints.is_within_deadline,
    complaints.n_reopened as n_told_reopened,
    complaints.region_code,
    complaints.owner_id,
    complaints.known_at
from complaints
left join aliases on {{ alias_on('complaints', 'complaints.opened_at') }}
