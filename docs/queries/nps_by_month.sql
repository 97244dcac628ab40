-- How has the net promoter score gone, month by month?
select
    scores.month_start_date,
    round(100 * scores.nps, 1) as nps_points,
    round(100 * scores.interval_low, 1) as low_points,
    round(100 * scores.interval_high, 1) as high_points,
    scores.n_answers,
    scores.n_promoters,
    scores.n_detractors
from indices.nps_scores as scores
where
    scores.window_months = 1
    and scores.segment_code = 'all'
    and scores.region_code = 'all'
order by scores.month_start_date
