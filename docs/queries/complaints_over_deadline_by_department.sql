-- Which departments let complaints of the reporting month run over their deadline, and how many are still open?
select
    complaints.department_code,
    count(*) as n_complaints,
    count(*) filter (not complaints.is_within_deadline) as n_over_deadline,
    count(*) filter (complaints.is_open) as n_open,
    count(*) filter (complaints.is_within_deadline is null) as n_not_yet_judged
from marts.fct_complaint as complaints
cross join ops.run
where complaints.month_start_date = run.report_month
group by complaints.department_code
order by n_over_deadline desc, complaints.department_code
