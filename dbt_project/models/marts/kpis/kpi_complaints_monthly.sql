-- depends_on: {{ ref('int_complaint_months_unsettled') }}
with facts as (
    select * from {{ ref('fct_complaint') }}
    where {{ in_touched_months() }}
),
{{ count_metrics({'complaints': 'facts'}, {'category': 'category_code', 'owner': owner_of_metric()}) }}

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
