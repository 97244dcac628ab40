-- How has the satisfaction index of each segment gone over the last 13 months, and how sure is it?
select
    scores.segment_code,
    scores.month_start_date,
    round(scores.index_0to100, 1) as index_0to100,
    round(scores.interval_low, 1) as interval_low,
    round(scores.interval_high, 1) as interval_high,
    scores.n_responses,
    scores.base_state
from indices.overall_scores as scores
cross join ops.run
where
    scores.window_months = 1
    and scores.region_code = 'all'
    and scores.month_start_date between run.report_month - interval 12 month and run.report_month
order by all
