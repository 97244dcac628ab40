with staff as (
    select * from {{ source('raw', 'crm_staff') }}
),

staff_ranked as (
    select
        *,
        row_number() over (
            partition by staff_id
            order by
                extracted_at desc nulls last, extract_file_id desc nulls last, record_number desc nulls last, source_code asc nulls last
        ) as staff_rank
    from staff
)

select
    staff_id,
    staff_name,
    role_code,
    region_code,
    station_code,
    department_code
from staff_ranked
where staff_rank = 1
