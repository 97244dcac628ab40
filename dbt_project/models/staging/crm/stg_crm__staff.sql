with staff as (
    select * from {{ source('raw', 'crm_staff') }}
),

staff_ranked as (
    select
        *,
        row_number() over (
            partition by staff_id
            order by extracted_at desc, extract_file_id desc, record_number desc, source_code asc
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
