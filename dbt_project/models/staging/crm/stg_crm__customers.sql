with customers as (
    select * from {{ source('raw', 'crm_customers') }}
),

versions_ranked as (
    select
        *,
        row_number() over (
            partition by customer_id, valid_from
            order by
                extracted_at desc nulls last, extract_file_id desc nulls last, record_number desc nulls last, source_code asc nulls last
        ) as version_rank
    from customers
)

select
    customer_id,
    valid_from as valid_from_date,
    customer_name,
    segment_code,
    region_code,
    tier_code,
    industry_code,
    owner_id,
    opened_date,
    closed_date,
    known_at
from versions_ranked
where version_rank = 1
