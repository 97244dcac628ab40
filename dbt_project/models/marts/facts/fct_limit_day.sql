with stretches as (
    select
        *,
        passage_number = min(passage_number) over (partition by source_code, case_id, stage_code) as is_first_stretch
    from {{ ref('int_case_stretches_measured') }}
),

passages as (
    select * from {{ ref('fct_stage_passage') }}
),

stages as (
    select * from {{ source('config', 'stages') }}
),

calendar as (
    select * from {{ source('config', 'calendar') }}
),

days as (
    -- the first day of a stretch is the last one of the stretch before it, and counted there
    select
        stretches.*,
        calendar.month_start_date,
        calendar.date_day,
        calendar.is_workday,
        calendar.day_kind,
        calendar.holiday_name,
        calendar.is_provisional as is_provisional_day,
        calendar.date_day = cast(stretches.entered_at as date) as is_first_day
    from stretches
    inner join calendar
        on calendar.date_day >= cast(stretches.entered_at as date)
        and calendar.date_day <= cast(stretches.counted_to as date)
        and (stretches.is_first_stretch or calendar.date_day > cast(stretches.entered_at as date))
),

days_judged as (
    select
        days.*,
        case
            when days.is_first_day and coalesce(stages.count_convention, 'exclude_first_day') = 'exclude_first_day' then 'first_day'
            when not days.is_workday then days.day_kind
            when days.clock_owner_code = 'customer' then 'waiting_for_customer'
            when days.day_kind = 'make_up' then 'make_up'
            else 'counted'
        end as reason_code
    from days
    left join stages on days.stage_code = stages.stage_code
)

select
    days.month_start_date,
    days.source_code,
    days.case_id,
    days.stage_code,
    passages.process_code,
    days.date_day,
    days.reason_code in ('counted', 'make_up') as is_counted,
    days.reason_code,
    days.clock_owner_code,
    days.day_kind,
    days.holiday_name,
    days.is_provisional_day as is_provisional,
    passages.customer_id,
    passages.segment_code,
    passages.region_code,
    passages.tier_code,
    passages.owner_id,
    passages.limit_workdays,
    passages.is_within_limit,
    passages.is_running,
    passages.known_at
from days_judged as days
inner join passages
    on days.source_code = passages.source_code and days.case_id = passages.case_id and days.stage_code = passages.stage_code
