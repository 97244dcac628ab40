with events as (
    select * from {{ ref('stg_complaints__events') }}
)

select
    source_code,
    complaint_id,
    min(case when event_code = 'responded' then happened_at end) as first_responded_at,
    max(case when event_code = 'resolved' then happened_at end) as last_resolved_at,
    max(case when event_code = 'reopened' then happened_at end) as last_reopened_at,
    max(case when event_code = 'closed' then happened_at end) as last_closed_at,
    cast(count(case when event_code = 'escalated' then 1 end) as bigint) as n_escalated,
    cast(count(case when event_code = 'reopened' then 1 end) as bigint) as n_reopened
from events
group by source_code, complaint_id
