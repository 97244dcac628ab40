-- How has one KPI gone by month and region, and which of these months are not over yet?
select
    cells.month_start_date,
    cells.region_code,
    cells.is_open_month,
    sum(cells.numerator) as numerator,
    sum(cells.denominator) as denominator,
    -- first add up, then divide: a mean of the cells' values would weigh a small region like a large one
    sum(cells.numerator) / nullif(sum(cells.denominator), 0) as value
from marts.kpi_values_monthly as cells
where cells.metric_code = 'delivery_on_time_by_time_rate'
group by all
order by all
