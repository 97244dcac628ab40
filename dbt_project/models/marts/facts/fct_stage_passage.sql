with passages as (
    select * from {{ ref('int_stage_passages_limited') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

calendar as (
    select * from {{ source('config', 'calendar') }}
),

run as (
    {{ night_of_run() }}
)

select
    -- a running passage grows every night: it stands in the month that every night makes anew, whatever date a stretch of it bears
    {{ month_of('case when passages.is_running then run.as_of else passages.counted_to end') }} as month_start_date,
    passages.source_code,
    passages.case_id,
    passages.stage_code,
    passages.process_code,
    {{ frozen_customer(region='passages.region_code', owner='passages.owner_id') }},
    passages.entered_at,
    passages.left_at,
    case when not passages.is_contradictory then passages.supplier_workdays end as supplier_workdays,
    case when not passages.is_contradictory then passages.customer_workdays end as customer_workdays,
    case when not passages.is_contradictory then passages.lived_days end as lived_days,
    passages.limit_workdays,
    passages.due_at,
    {{ is_within_limit('passages') }} as is_within_limit,
    {{ workdays_left('passages') }} as workdays_left,
    coalesce({{ is_limit_near('passages') }}, false) as is_limit_near,
    passages.is_running,
    passages.is_contradictory,
    passages.is_provisional,
    passages.is_accepted_first_time,
    passages.n_stretches,
    passages.known_at
from passages
cross join run
left join calendar as due_days on due_days.date_day = cast(passages.due_at as date)
left join customers on {{ customer_on('passages', 'passages.entered_at') }}
