with passages as (
    select * from {{ ref('int_stage_passages_limited') }}
),

stages as (
    select * from {{ source('config', 'stages') }}
),

spans as (
    select * from {{ source('config', 'spans') }}
),

span_stages as (
    select
        spans.process_code,
        spans.span_code,
        spans.stage_code,
        stages.stage_order = 1 as is_first_stage,
        stages.stage_order = max(stages.stage_order) over (partition by spans.process_code, spans.span_code) as is_last_stage
    from spans
    inner join stages on spans.process_code = stages.process_code and spans.stage_code = stages.stage_code
)

select
    passages.source_code,
    passages.case_id,
    passages.process_code,
    span_stages.span_code,
    max(passages.customer_id) as customer_id,
    max(passages.region_code) as region_code,
    max(passages.owner_id) as owner_id,
    max(passages.size_value) as size_value,
    bool_or(passages.has_resource) as has_resource,
    max(passages.count_convention) as count_convention,
    -- the first stage begins when the case was opened: what lies before the first entry is lived as well
    min(case when span_stages.is_first_stage then least(passages.entered_at, passages.case_opened_at) else passages.entered_at end)
        as entered_at,
    max(passages.counted_to) as last_counted_to,
    max(case when passages.is_running then 1 else 0 end) = 1
    or (max(case when span_stages.is_last_stage then 1 else 0 end) = 0 and max(passages.case_closed_at) is null) as is_running,
    max(case when passages.is_contradictory then 1 else 0 end) = 1 as is_contradictory,
    min_by(passages.first_clock_owner_code, passages.entered_at) as first_clock_owner_code,
    cast(sum(passages.n_customer_workdays) as integer) as n_customer_workdays,
    cast(count(*) as integer) as n_stages,
    max(passages.known_at) as known_at
from passages
inner join span_stages on passages.process_code = span_stages.process_code and passages.stage_code = span_stages.stage_code
group by passages.source_code, passages.case_id, passages.process_code, span_stages.span_code
