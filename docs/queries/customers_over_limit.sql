-- Which ten customers had the most stages over their limit in the last twelve months, and who looks after them?
select
    customers.customer_id,
    customers.customer_name,
    customers.segment_code,
    staff.staff_name as account_manager,
    sum(months.n_over_limit) as n_over_limit,
    sum(months.n_passages) as n_passages
from marts.kpi_customer_stage_monthly as months
cross join ops.run
-- a customer has a row per period of equal attributes: without is_current his months would count once for each
inner join marts.dim_customer as customers on months.customer_id = customers.customer_id and customers.is_current
left join marts.dim_staff as staff on customers.owner_id = staff.staff_id
where months.month_start_date between run.report_month - interval 11 month and run.report_month
group by all
having sum(months.n_over_limit) > 0
order by n_over_limit desc, customers.customer_id
limit 10
