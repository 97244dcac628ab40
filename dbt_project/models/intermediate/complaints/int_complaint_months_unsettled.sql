with complaints as (
    select * from {{ ref('int_complaints_dated') }}
),

run as (
    select * from {{ source('ops', 'run') }}
),

touched_since as (
    select min(month_start_date) as first_month from {{ source('ops', 'touched_months') }}
),

turning_points as (
    select opened_at, due_at as turns_at from complaints where is_open
    union all
    select opened_at, opened_at + interval '1' day as turns_at from complaints where first_response_at is null
)

select distinct {{ month_of('turning_points.opened_at') }} as month_start_date
from turning_points
cross join run
cross join touched_since
where
    turning_points.turns_at >= touched_since.first_month
    and turning_points.turns_at <= run.as_of
