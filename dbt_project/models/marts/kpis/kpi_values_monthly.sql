with complaints as (
    select * from {{ ref('kpi_complaints_monthly') }}
),

deliveries as (
    select * from {{ ref('kpi_deliveries_monthly') }}
),

stages as (
    select * from {{ ref('kpi_stages_monthly') }}
),

run as (
    select * from {{ source('ops', 'run') }}
),

metrics as (
    select * from complaints
    union all
    select * from deliveries
    union all
    select * from stages
),

registry as (
    select * from {{ source('config', 'metrics') }}
)

select
    metrics.month_start_date,
    metrics.month_start_date > run.report_month as is_open_month,
    registry.family_code,
    metrics.metric_code,
    metrics.segment_code,
    metrics.region_code,
    metrics.breakdown_code,
    metrics.numerator,
    metrics.denominator,
    case when metrics.denominator > 0 then cast(metrics.numerator as double) / cast(metrics.denominator as double) end as value,
    metrics.base_kind,
    metrics.fingerprint
from metrics
cross join run
inner join registry on metrics.metric_code = registry.metric_code
