with passages as (
    select * from {{ ref('fct_stage_passage') }}
    where {{ in_touched_months() }}
),

spans as (
    select * from {{ ref('fct_case_span') }}
    where {{ in_touched_months() }}
),
{{ count_metrics(
    {'stages': 'passages', 'cases': 'spans'}, {'stage': 'stage_code', 'span': 'span_code', 'owner': owner_of_metric()}
) }}

select
    month_start_date,
    metric_code,
    segment_code,
    region_code,
    breakdown_code,
    numerator,
    denominator,
    base_kind,
    fingerprint
from metrics_counted
where denominator > 0 or numerator > 0
