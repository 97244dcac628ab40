-- Which days counted against the limit of a stage, which did not, and why: the receipt of each passage that went over in the month?
select
    days.source_code,
    days.case_id,
    days.stage_code,
    days.date_day,
    days.reason_code,
    days.holiday_name,
    days.is_counted,
    count(*) filter (days.is_counted) over day_by_day as n_counted_so_far,
    days.limit_workdays,
    days.is_provisional
from marts.fct_limit_day as days
inner join marts.fct_stage_passage as passages using (source_code, case_id, stage_code)
cross join ops.run
where passages.month_start_date = run.report_month and not passages.is_within_limit
window day_by_day as (partition by days.source_code, days.case_id, days.stage_code order by days.date_day)
order by days.source_code, days.case_id, days.stage_code, days.date_day
