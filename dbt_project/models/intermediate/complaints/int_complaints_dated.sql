with complaints as (
    select * from {{ ref('stg_complaints__complaints') }}
),

events as (
    select * from {{ ref('int_complaint_events_counted') }}
),

last_dates_taken as (
    select
        complaints.*,
        coalesce(events.n_escalated, 0) as n_escalated,
        greatest(coalesce(events.n_reopened, 0), coalesce(cast(complaints.n_told_reopened as bigint), 0)) as n_reopened,
        events.last_reopened_at,
        least(complaints.first_response_at, events.first_responded_at) as first_responded_at,
        greatest(complaints.resolved_at, events.last_resolved_at) as last_resolved_at,
        greatest(complaints.closed_at, events.last_closed_at) as last_closed_at
    from complaints
    left join events
        on complaints.source_code = events.source_code and complaints.complaint_id = events.complaint_id
),

reopenings_applied as (
    select
        *,
        case when last_resolved_at < last_reopened_at then null else last_resolved_at end as final_resolved_at,
        case when last_closed_at < last_reopened_at then null else last_closed_at end as final_closed_at
    from last_dates_taken
)

select
    source_code,
    complaint_id,
    customer_id,
    opened_at,
    due_at,
    least(first_responded_at, last_resolved_at) as first_response_at,
    final_resolved_at as resolved_at,
    final_closed_at as closed_at,
    status_code,
    category_code,
    channel_code,
    department_code,
    n_escalated,
    n_reopened,
    region_code,
    owner_id,
    known_at,
    final_resolved_at is null and final_closed_at is null and not coalesce(is_resolved, false) as is_open,
    final_resolved_at is not null or coalesce(is_resolved, false) as is_resolved,
    is_within_deadline
from reopenings_applied
