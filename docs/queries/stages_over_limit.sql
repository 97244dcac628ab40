-- How long did each stage take in the reporting month, on the supplier's clock and as the customer lived it?
select
    stages.process_code,
    stages.stage_order,
    stages.stage_code,
    any_value(stages.limit_workdays) as limit_workdays,
    count(*) as n_passages,
    count(*) filter (not passages.is_within_limit) as n_over_limit,
    round(avg(passages.supplier_workdays), 1) as mean_supplier_workdays,
    round(avg(passages.customer_workdays), 1) as mean_customer_workdays,
    round(avg(passages.lived_days), 1) as mean_lived_days
from marts.fct_stage_passage as passages
cross join ops.run
inner join marts.dim_stage as stages using (process_code, stage_code)
where passages.month_start_date = run.report_month
group by all
order by stages.process_code, stages.stage_order
