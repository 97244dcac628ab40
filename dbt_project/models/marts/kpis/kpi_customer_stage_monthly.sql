with passages as (
    select * from {{ ref('fct_stage_passage') }}
    where {{ in_touched_months() }}
)

select
    month_start_date,
    customer_id,
    process_code,
    stage_code,
    cast(count(*) as bigint) as n_passages,
    cast(count(lived_days) as bigint) as n_measured,
    cast(count(case when not is_within_limit then 1 end) as bigint) as n_over_limit,
    cast(coalesce(sum(supplier_workdays), 0) as bigint) as sum_supplier_workdays,
    cast(coalesce(sum(customer_workdays), 0) as bigint) as sum_customer_workdays,
    cast(coalesce(sum(lived_days), 0) as bigint) as sum_lived_days,
    cast(count(case when is_running then 1 end) as bigint) as n_running
from passages
group by month_start_date, customer_id, process_code, stage_code
