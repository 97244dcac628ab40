with callbacks as (
    select * from {{ source('raw', 'complaints_callbacks') }}
)

select
    source_code,
    complaint_id,
    called_at,
    is_reached,
    is_satisfied,
    score,
    known_at
from callbacks
