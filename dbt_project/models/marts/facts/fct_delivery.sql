with deliveries as (
    select * from {{ ref('stg_deliveries__deliveries') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

deliveries_judged as (
    select
        *,
        coalesce(status_code = 'delivered', delivered_at is not null) as is_delivered,
        -- an arrival before the day of the order is published and not judged; days, since a source may tell no time of one of them
        coalesce(status_code = 'delivered', true) and coalesce(cast(delivered_at as date) >= cast(ordered_at as date), false) as is_timed
    from deliveries
)

select
    {{ month_of('coalesce(deliveries.promised_at, deliveries.ordered_at)') }} as month_start_date,
    deliveries.source_code,
    deliveries.delivery_id,
    {{ frozen_customer(region='deliveries.region_code', owner='deliveries.owner_id') }},
    deliveries.ordered_at,
    deliveries.promised_at,
    deliveries.is_promised_date,
    deliveries.delivered_at,
    deliveries.status_code,
    coalesce(deliveries.route_code, 'unknown') as route_code,
    deliveries.is_delivered,
    case when deliveries.is_timed then deliveries.delivered_at <= deliveries.promised_at end as is_on_time_by_time,
    case when deliveries.is_timed then cast(deliveries.delivered_at as date) <= cast(deliveries.promised_at as date) end
        as is_on_time_by_date,
    case when deliveries.is_timed then deliveries.delivered_at <= deliveries.ordered_at + interval '1' day end as is_within_24h,
    deliveries.n_damaged_items > 0 as is_damaged,
    case when deliveries.is_delivered then deliveries.n_delivered_items >= deliveries.n_items end as is_complete,
    case when deliveries.is_delivered then deliveries.receipt_confirmed_at is not null end as is_receipt_confirmed,
    deliveries.n_items,
    deliveries.n_delivered_items,
    deliveries.n_damaged_items,
    case
        when deliveries.is_timed and deliveries.delivered_at >= deliveries.ordered_at
            then {{ hours_between('deliveries.ordered_at', 'deliveries.delivered_at') }}
    end as lead_hours,
    deliveries.known_at
from deliveries_judged as deliveries
left join customers on {{ customer_on('deliveries', 'deliveries.ordered_at') }}
