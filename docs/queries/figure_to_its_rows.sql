-- From a printed figure to its rows: which complaints stand behind "answered for within the deadline"?
select
    figures.numerator,
    figures.n_base,
    complaints.is_within_deadline as is_in_numerator,
    complaints.source_code,
    complaints.complaint_id,
    complaints.opened_at,
    complaints.due_at,
    complaints.resolved_at,
    complaints.department_code
from reported.figures as figures
inner join marts.fct_complaint as complaints using (month_start_date)
where
    figures.figure_code = 'kpi.complaint_deadline_rate.actual'
    -- the base of the metric as config.metrics.denominator_sql has it
    and complaints.is_within_deadline is not null
order by complaints.is_within_deadline, complaints.opened_at, complaints.complaint_id
