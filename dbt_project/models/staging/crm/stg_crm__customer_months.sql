with customer_months as (
    select * from {{ source('raw', 'crm_customer_months') }}
),

aliases as (
    select * from {{ ref('stg_crm__customer_aliases') }}
)

select
    customer_months.source_code,
    {{ month_of('customer_months.month_start_date') }} as month_start_date,
    coalesce(aliases.customer_id, customer_months.customer_key) as customer_id,
    customer_months.revenue,
    customer_months.cost,
    customer_months.volume,
    customer_months.n_products,
    customer_months.known_at
from customer_months
left join aliases on {{ alias_on('customer_months', 'customer_months.month_start_date') }}
