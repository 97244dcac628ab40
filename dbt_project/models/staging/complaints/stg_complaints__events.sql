with events as (
    select * from {{ source('raw', 'complaints_events') }}
)

select
    source_code,
    complaint_id,
    event_code,
    happened_at,
    clock_owner_code,
    staff_id,
    known_at
from events
