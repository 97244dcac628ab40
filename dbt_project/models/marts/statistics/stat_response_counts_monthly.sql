{%- set keys = 'month_start_date, instrument_code, wave_code, mode_code, segment_code, region_code, owner_id' -%}
with sent as (
    select * from {{ ref('fct_response') }}
    where {{ in_touched_months() }}
),

answered as (
    select * from {{ ref('int_responses_answered') }}
    where is_valid and {{ in_touched_months() }}
),

counts as (
    select
        {{ keys }},
        case when is_sent then 1 else 0 end as n_sent,
        case when is_returned then 1 else 0 end as n_returned,
        case when is_valid then 1 else 0 end as n_valid,
        0 as n_valid_answered,
        cast(0 as decimal(18, 6)) as weight
    from sent
    union all
    select {{ keys }}, 0, 0, 0, 1, weight
    from answered
)

select
    month_start_date,
    instrument_code,
    wave_code,
    mode_code,
    segment_code,
    region_code,
    coalesce(owner_id, '') as owner_id,
    cast(sum(n_sent) as bigint) as n_sent,
    cast(sum(n_returned) as bigint) as n_returned,
    cast(sum(n_valid) as bigint) as n_valid,
    cast(sum(n_valid_answered) as bigint) as n_valid_answered,
    cast(sum(weight) as decimal(38, 6)) as sum_weight,
    cast(sum(weight * weight) as decimal(38, 12)) as sum_weight_squared
from counts
group by {{ keys }}
