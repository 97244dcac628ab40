with deliveries as (
    select * from {{ ref('fct_delivery') }}
)

select
    month_start_date,
    customer_id,
    cast(count(*) as bigint) as n_deliveries,
    cast(count(is_on_time_by_time) as bigint) as n_judged_on_time,
    cast(count(case when coalesce(is_promised_date, false) then case when is_on_time_by_date then 1 end
        when is_on_time_by_time then 1 end) as bigint) as n_on_time
from deliveries
group by month_start_date, customer_id
