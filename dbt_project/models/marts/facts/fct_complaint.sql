with complaints_dated as (
    select * from {{ ref('int_complaints_dated') }}
),

callbacks as (
    select * from {{ ref('int_complaint_callbacks_counted') }}
),

calendar as (
    select * from {{ source('config', 'calendar') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

run as (
    select * from {{ source('ops', 'run') }}
),

thresholds as (
    select max(value_number) as repeat_days
    from {{ source('config', 'parameters') }}
    where parameter_code = 'thresholds.repeat_contact_days'
),

complaints as (
    -- days are compared, since a source may tell the day of one date and the time of the other
    select
        *,
        lag(opened_at) over (
            partition by customer_id order by opened_at asc nulls last, source_code asc nulls last, complaint_id asc nulls last
        ) as previous_opened_at,
        coalesce(cast(resolved_at as date) < cast(opened_at as date), false) as is_resolved_before_opened,
        coalesce(cast(first_response_at as date) < cast(opened_at as date), false) as is_answered_before_opened
    from complaints_dated
)

select
    {{ month_of('complaints.opened_at') }} as month_start_date,
    complaints.source_code,
    complaints.complaint_id,
    {{ frozen_customer(region='complaints.region_code', owner='complaints.owner_id') }},
    complaints.opened_at,
    complaints.due_at,
    complaints.first_response_at,
    complaints.resolved_at,
    complaints.closed_at,
    coalesce(complaints.category_code, 'unknown') as category_code,
    complaints.channel_code,
    complaints.department_code,
    complaints.status_code,
    complaints.n_escalated,
    complaints.n_reopened,
    complaints.is_open,
    complaints.is_resolved,
    complaints.is_resolved and complaints.n_reopened = 0 as is_first_time_resolved,
    complaints.due_at is not null or complaints.is_within_deadline is not null as has_deadline,
    case
        when complaints.is_resolved_before_opened then null
        when complaints.resolved_at is not null and complaints.due_at is not null then complaints.resolved_at <= complaints.due_at
        when complaints.is_open and complaints.due_at < run.as_of then false
        -- without both dates the source's word counts: kept once the complaint is settled, missed as soon as it says so
        when not (complaints.is_open and complaints.is_within_deadline) then complaints.is_within_deadline
    end as is_within_deadline,
    case
        when complaints.is_answered_before_opened then null
        when complaints.first_response_at is not null then complaints.first_response_at <= complaints.opened_at + interval '1' day
        when not complaints.is_resolved and complaints.opened_at + interval '1' day < run.as_of then false
    end as is_responded_24h,
    case when not complaints.is_resolved_before_opened then last_days.workday_rank - first_days.workday_rank end as workdays_to_resolve,
    case
        when complaints.customer_id is not null
            then coalesce({{ days_between('complaints.previous_opened_at', 'complaints.opened_at') }} <= thresholds.repeat_days, false)
    end as is_repeat_contact,
    coalesce(callbacks.n_callbacks, 0) as n_callbacks,
    coalesce(callbacks.is_callback_reached, false) as is_callback_reached,
    callbacks.is_callback_satisfied,
    callbacks.callback_score,
    complaints.known_at
from complaints
cross join run
cross join thresholds
left join callbacks
    on complaints.source_code = callbacks.source_code and complaints.complaint_id = callbacks.complaint_id
left join calendar as first_days on first_days.date_day = cast(complaints.opened_at as date)
left join calendar as last_days on last_days.date_day = cast(complaints.resolved_at as date)
left join customers on {{ customer_on('complaints', 'complaints.opened_at') }}
