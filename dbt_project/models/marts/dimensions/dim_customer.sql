{%- set attributes = [
    'customer_name', 'segment_code', 'region_code', 'tier_code', 'industry_code', 'owner_id', 'opened_date', 'closed_date'
] -%}
with versions as (
    select * from {{ ref('stg_crm__customers') }}
),

tokens as (
    select * from {{ source('raw', 'customer_tokens') }}
),

versions_numbered as (
    select
        *,
        {%- for attribute in attributes %}
        lag({{ attribute }}) over (by_date) as previous_{{ attribute }},
        {%- endfor %}
        row_number() over (by_date) as version_number
    from versions
    window by_date as (partition by customer_id order by valid_from_date asc nulls last)
),

periods_cut as (
    select
        *,
        row_number() over (by_date) as period_number,
        lead(valid_from_date) over (by_date) as next_from_date
    from versions_numbered
    where
        version_number = 1
        {%- for attribute in attributes %}
        or {{ attribute }} is distinct from previous_{{ attribute }}
        {%- endfor %}
    window by_date as (partition by customer_id order by valid_from_date asc nulls last)
),

periods_dated as (
    select
        customer_id,
        case when period_number = 1 then cast('1900-01-01' as date) else valid_from_date end as valid_from_date,
        coalesce(next_from_date, cast('9999-12-31' as date)) as valid_to_date,
        next_from_date is null as is_current,
        customer_name,
        coalesce(segment_code, 'unknown') as segment_code,
        coalesce(region_code, 'unknown') as region_code,
        coalesce(tier_code, 'unknown') as tier_code,
        industry_code,
        owner_id,
        opened_date,
        closed_date
    from periods_cut
    union all
    select
        'unmatched', cast('1900-01-01' as date), cast('9999-12-31' as date), true,
        cast(null as string), 'unknown', 'unknown', 'unknown', cast(null as string), cast(null as string),
        cast(null as date), cast(null as date)
)

select
    periods.customer_id,
    periods.valid_from_date,
    periods.valid_to_date,
    periods.is_current,
    tokens.customer_token,
    periods.customer_name,
    periods.segment_code,
    periods.region_code,
    periods.tier_code,
    periods.industry_code,
    periods.owner_id,
    periods.opened_date,
    periods.closed_date
from periods_dated as periods
left join tokens on periods.customer_id = tokens.customer_id
