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
    cast(count(case when not is_within_limit then 1 end) as bigint) as n_over_limit,
    cast(sum(supplier_workdays) as bigint) as sum_supplier_workdays,
    cast(sum(customer_workdays) as bigint) as sum_customer_workdays,
    cast(sum(lived_days) as bigint) as sum_lived_days,
    cast(count(case when is_running then 1 end) as bigint) as n_running
from passages
group by month_start_date, customer_id, process_code, stage_code
