with stretches as (
    select * from {{ ref('int_case_stretches_measured') }}
)

select
    source_code,
    case_id,
    stage_code,
    max(customer_id) as customer_id,
    max(owner_id) as owner_id,
    min(entered_at) as entered_at,
    max(counted_to) as counted_to,
    max(due_at) as due_at,
    max(case when left_at is null then 1 else 0 end) = 1 as is_running,
    max(case when left_at < entered_at then 1 else 0 end) = 1 as is_contradictory,
    min_by(clock_owner_code, passage_number) as first_clock_owner_code,
    min_by(n_first_workdays, passage_number) as n_first_workdays,
    cast(sum(case when clock_owner_code = 'customer' then 0 else n_workdays end) as integer) as n_supplier_workdays,
    cast(sum(case when clock_owner_code = 'customer' then n_workdays else 0 end) as integer) as n_customer_workdays,
    max(case when is_provisional then 1 else 0 end) = 1 as is_provisional,
    bool_and(is_accepted_first_time) as is_accepted_first_time,
    cast(count(*) as integer) as n_stretches,
    max(known_at) as known_at
from stretches
group by source_code, case_id, stage_code
