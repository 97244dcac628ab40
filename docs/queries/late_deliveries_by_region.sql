-- How many deliveries of the reporting month came late, by region?
select
    deliveries.region_code,
    count(deliveries.is_on_time_by_time) as n_judged,
    count(*) filter (not deliveries.is_on_time_by_time) as n_late,
    round(100.0 * n_late / nullif(n_judged, 0), 1) as late_pct
from marts.fct_delivery as deliveries
cross join ops.run
where deliveries.month_start_date = run.report_month
group by deliveries.region_code
order by late_pct desc, deliveries.region_code
