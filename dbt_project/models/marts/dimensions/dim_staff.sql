with staff as (
    select * from {{ ref('stg_crm__staff') }}
)

select
    staff_id,
    staff_name,
    role_code,
    region_code,
    station_code,
    department_code
from staff
