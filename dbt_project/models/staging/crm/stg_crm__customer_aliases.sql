-- a table: as a view that is empty and read twice in one query, DuckDB 2.0.0 shares it and then takes comparisons behind its left
-- joins for unknown, so that every stage would keep its limit
with aliases as (
    select * from {{ source('raw', 'crm_customer_aliases') }}
),

aliases_ranked as (
    select
        *,
        row_number() over (
            partition by alias_source_code, source_key
            order by
                extracted_at desc nulls last, extract_file_id desc nulls last, record_number desc nulls last, source_code asc nulls last
        ) as alias_rank
    from aliases
)

select
    alias_source_code as source_code,
    source_key as customer_key,
    customer_id,
    coalesce(valid_from, cast('1900-01-01' as date)) as valid_from_date
from aliases_ranked
where alias_rank = 1
