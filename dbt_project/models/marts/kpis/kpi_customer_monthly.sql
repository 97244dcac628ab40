{%- set measures = {
    'delivered': ['n_deliveries', 'n_judged_on_time', 'n_on_time'],
    'raised': ['n_complaints'],
    'opened': ['n_open_complaints_at_month_end'],
    'settled': ['n_resolved'],
    'answered': ['n_answers', 'sum_satisfaction', 'n_responses'],
    'earned': ['revenue', 'cost', 'volume'],
} -%}
with complaints as (
    select * from {{ ref('fct_complaint') }}
),

months as (
    select distinct calendar.month_start_date
    from {{ source('config', 'calendar') }} as calendar
    inner join {{ source('ops', 'run') }} as run on calendar.date_day <= run.as_of_date
    where {{ in_touched_months('calendar.month_start_date') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

delivered as (
    select * from {{ ref('int_customer_deliveries_counted') }}
    where {{ in_touched_months() }}
),

answered as (
    select * from {{ ref('int_customer_answers_counted') }}
    where {{ in_touched_months() }}
),

earned as (
    select * from {{ ref('int_customer_months_summed') }}
    where {{ in_touched_months() }}
),

raised as (
    select month_start_date, customer_id, cast(count(*) as bigint) as n_complaints
    from complaints
    where {{ in_touched_months() }}
    group by month_start_date, customer_id
),

settled as (
    select {{ month_of('resolved_at') }} as month_start_date, customer_id, cast(count(*) as bigint) as n_resolved
    from complaints
    where resolved_at is not null and {{ in_touched_months(month_of('resolved_at')) }}
    group by {{ month_of('resolved_at') }}, customer_id
),

opened as (
    select months.month_start_date, complaints.customer_id, cast(count(*) as bigint) as n_open_complaints_at_month_end
    from months
    inner join complaints
        on complaints.opened_at < {{ month_after('months.month_start_date') }}
        and coalesce(complaints.resolved_at, complaints.closed_at, cast('9999-12-31' as timestamp))
        >= {{ month_after('months.month_start_date') }}
    group by months.month_start_date, complaints.customer_id
),

keys as (
    {%- for part in measures %}
    select month_start_date, customer_id from {{ part }}
    {{- ' union' if not loop.last }}
    {%- endfor %}
)

select
    keys.month_start_date,
    keys.customer_id,
    coalesce(customers.segment_code, 'unknown') as segment_code,
    coalesce(customers.region_code, 'unknown') as region_code
    {%- for part, names in measures.items() %}
    {%- for name in names %},
    {{ part ~ '.' ~ name if part == 'earned' else 'coalesce(' ~ part ~ '.' ~ name ~ ', 0)' }} as {{ name }}
    {%- endfor %}
    {%- endfor %}
from keys
{%- for part in measures %}
left join {{ part }} on keys.month_start_date = {{ part }}.month_start_date and keys.customer_id = {{ part }}.customer_id
{%- endfor %}
left join customers on {{ customer_on('keys', 'last_day(keys.month_start_date)') }}
