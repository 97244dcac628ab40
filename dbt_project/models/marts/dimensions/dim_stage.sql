with stages as (
    select * from {{ source('config', 'stages') }}
)

select
    process_code,
    stage_code,
    stage_order,
    process_kind,
    count_convention,
    text_en,
    text_zh,
    limit_workdays,
    goal_share,
    department_code
from stages
