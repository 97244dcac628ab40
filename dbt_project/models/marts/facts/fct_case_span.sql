with spans_joined as (
    select * from {{ ref('int_case_spans_joined') }}
),

limits as (
    select * from {{ source('config', 'limits') }}
),

calendar as (
    select * from {{ source('config', 'calendar') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

run as (
    {{ night_of_run() }}
),

spans_ended as (
    select
        spans_joined.*,
        case when spans_joined.is_running then greatest(run.as_of, spans_joined.last_counted_to) else spans_joined.last_counted_to end
            as counted_to
    from spans_joined
    cross join run
),

spans_counted as (
    select
        spans.*,
        limits.limit_workdays,
        cast(null as timestamp) as due_at,
        coalesce(first_days.is_provisional or last_days.is_provisional, false) as is_provisional,
        last_days.workday_rank - first_days.workday_rank
        + case when spans.count_convention = 'include_first_day' and first_days.is_workday then 1 else 0 end as elapsed_workdays,
        spans.n_customer_workdays
        + case
            when
                spans.count_convention = 'include_first_day' and spans.first_clock_owner_code = 'customer' and first_days.is_workday
                then 1
            else 0
        end as customer_workdays
    from spans_ended as spans
    left join calendar as first_days on first_days.date_day = cast(spans.entered_at as date)
    left join calendar as last_days on last_days.date_day = cast(spans.counted_to as date)
    left join limits on {{ limit_on('spans', 'spans.span_code') }}
),

spans as (
    -- stages may wait for the customer side by side: the clock never runs backwards
    select *, greatest(elapsed_workdays - customer_workdays, 0) as supplier_workdays from spans_counted
)

select
    {{ month_of('case when spans.is_running then run.as_of else spans.counted_to end') }} as month_start_date,
    spans.source_code,
    spans.case_id,
    spans.span_code,
    spans.process_code,
    {{ frozen_customer(region='spans.region_code', owner='spans.owner_id') }},
    spans.entered_at,
    case when not spans.is_running then spans.counted_to end as left_at,
    case when not spans.is_contradictory then spans.supplier_workdays end as supplier_workdays,
    case when not spans.is_contradictory then spans.customer_workdays end as customer_workdays,
    case when not spans.is_contradictory then {{ days_between('spans.entered_at', 'spans.counted_to') }} end as lived_days,
    spans.limit_workdays,
    {{ is_within_limit('spans') }} as is_within_limit,
    case when spans.is_running and not spans.is_contradictory then spans.limit_workdays - spans.supplier_workdays end as workdays_left,
    coalesce(spans.is_running and spans.limit_workdays - spans.supplier_workdays between 0 and run.near_workdays, false) as is_limit_near,
    spans.is_running,
    spans.is_contradictory,
    spans.is_provisional,
    spans.n_stages,
    spans.known_at
from spans
cross join run
left join customers on {{ customer_on('spans', 'spans.entered_at') }}
