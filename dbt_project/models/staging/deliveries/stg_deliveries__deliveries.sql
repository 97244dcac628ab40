with deliveries as (
    select * from {{ source('raw', 'deliveries_deliveries') }}
),

aliases as (
    select * from {{ ref('stg_crm__customer_aliases') }}
)

select
    deliveries.source_code,
    deliveries.delivery_id,
    coalesce(aliases.customer_id, deliveries.customer_key) as customer_id,
    deliveries.ordered_at,
    deliveries.promised_at,
    deliveries.is_promised_date,
    deliveries.delivered_at,
    deliveries.receipt_confirmed_at,
    deliveries.status_code,
    deliveries.route_code,
    deliveries.n_items,
    deliveries.n_delivered_items,
    deliveries.n_damaged_items,
    deliveries.region_code,
    deliveries.owner_id,
    deliveries.known_at
from deliveries
left join aliases on {{ alias_on('deliveries', 'deliveries.ordered_at') }}
