with complaints as (
    select * from {{ ref('kpi_complaints_monthly') }}
),

deliveries as (
    select * from {{ ref('kpi_deliveries_monthly') }}
),

stages as (
    select * from {{ ref('kpi_stages_monthly') }}
),

metrics as (
    select 'complaints' as family_code, * from complaints
    union all
    select 'deliveries' as family_code, * from deliveries
    union all
    select 'stages' as family_code, * from stages
)

select
    month_start_date,
    family_code,
    metric_code,
    segment_code,
    region_code,
    breakdown_code,
    numerator,
    denominator,
    case when denominator > 0 then cast(numerator as double) / cast(denominator as double) end as value,
    base_kind,
    fingerprint
from metrics
