with stretches as (
    select * from {{ ref('stg_crm__case_stages') }}
),

calendar as (
    select * from {{ source('config', 'calendar') }}
),

run as (
    select * from {{ source('ops', 'run') }}
),

stretches_ended as (
    -- a stretch dated after the night has lasted no time yet
    select stretches.*, coalesce(stretches.left_at, greatest(run.as_of, stretches.entered_at)) as counted_to
    from stretches
    cross join run
)

select
    stretches.*,
    last_days.workday_rank - first_days.workday_rank as n_workdays,
    case when first_days.is_workday then 1 else 0 end as n_first_workdays,
    coalesce(first_days.is_provisional or last_days.is_provisional, false) as is_provisional
from stretches_ended as stretches
left join calendar as first_days on first_days.date_day = cast(stretches.entered_at as date)
left join calendar as last_days on last_days.date_day = cast(stretches.counted_to as date)
