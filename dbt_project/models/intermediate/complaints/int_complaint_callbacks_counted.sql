with callbacks as (
    select * from {{ ref('stg_complaints__callbacks') }}
)

select
    source_code,
    complaint_id,
    cast(count(*) as bigint) as n_callbacks,
    max(case when is_reached then 1 else 0 end) = 1 as is_callback_reached,
    max_by(is_satisfied, called_at) filter (where is_satisfied is not null) as is_callback_satisfied,
    max_by(score, called_at) filter (where score is not null) as callback_score
from callbacks
group by source_code, complaint_id
