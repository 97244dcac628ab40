with passages as (
    select * from {{ ref('int_stage_passages_joined') }}
),

cases as (
    select * from {{ ref('stg_crm__cases') }}
),

stages as (
    select * from {{ source('config', 'stages') }}
),

limits as (
    select * from {{ source('config', 'limits') }}
),

stage_homes as (
    select stage_code, min(process_code) as process_code from stages group by stage_code
),

passages_placed as (
    select
        passages.*,
        cases.region_code,
        cases.opened_at as case_opened_at,
        cases.closed_at as case_closed_at,
        coalesce(cases.size_value, 0) as size_value,
        coalesce(cases.is_resource_available, false) as has_resource,
        coalesce(passages.owner_id, cases.owner_id) as responsible_id,
        coalesce(passages.customer_id, cases.customer_id) as case_customer_id,
        coalesce(cases.process_code, stage_homes.process_code, 'unknown') as process_code
    from passages
    left join cases on passages.source_code = cases.source_code and passages.case_id = cases.case_id
    left join stage_homes on passages.stage_code = stage_homes.stage_code
)

select
    passages.source_code,
    passages.case_id,
    passages.stage_code,
    passages.process_code,
    passages.case_customer_id as customer_id,
    passages.region_code,
    passages.responsible_id as owner_id,
    passages.entered_at,
    passages.counted_to,
    passages.is_running,
    passages.is_contradictory,
    case when passages.is_running then null else passages.counted_to end as left_at,
    passages.n_supplier_workdays
    + case
        when stages.count_convention = 'include_first_day' and passages.first_clock_owner_code <> 'customer'
            then passages.n_first_workdays
        else 0
    end as supplier_workdays,
    passages.n_customer_workdays
    + case
        when stages.count_convention = 'include_first_day' and passages.first_clock_owner_code = 'customer'
            then passages.n_first_workdays
        else 0
    end as customer_workdays,
    passages.first_clock_owner_code,
    passages.n_first_workdays,
    passages.n_customer_workdays,
    {{ days_between('passages.entered_at', 'passages.counted_to') }} as lived_days,
    limits.limit_workdays,
    passages.due_at,
    passages.is_provisional,
    passages.is_accepted_first_time,
    passages.n_stretches,
    passages.case_opened_at,
    passages.case_closed_at,
    passages.size_value,
    passages.has_resource,
    stages.stage_order,
    coalesce(stages.count_convention, 'exclude_first_day') as count_convention,
    passages.known_at
from passages_placed as passages
left join stages on passages.process_code = stages.process_code and passages.stage_code = stages.stage_code
left join limits on {{ limit_on('passages', 'passages.stage_code') }}
