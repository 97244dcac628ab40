with customer_months as (
    select * from {{ ref('stg_crm__customer_months') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

months_identified as (
    select
        customer_months.month_start_date,
        coalesce(customers.customer_id, 'unmatched') as customer_id,
        customer_months.revenue,
        customer_months.cost,
        customer_months.volume
    from customer_months
    left join customers on {{ customer_on('customer_months', 'customer_months.month_start_date') }}
)

select
    month_start_date,
    customer_id,
    cast(sum(revenue) as decimal(38, 6)) as revenue,
    cast(sum(cost) as decimal(38, 6)) as cost,
    cast(sum(volume) as decimal(38, 6)) as volume
from months_identified
group by month_start_date, customer_id
