with facts as (
    select * from {{ ref('fct_delivery') }}
    where {{ in_touched_months() }}
),
{{ count_metrics({'deliveries': 'facts'}, {'route': 'route_code', 'owner': owner_of_metric()}) }}

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
