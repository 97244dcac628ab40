with calendar as (
    select * from {{ source('config', 'calendar') }}
)

select
    date_day,
    month_start_date,
    is_workday,
    workday_rank,
    day_kind,
    holiday_name,
    is_provisional
from calendar
