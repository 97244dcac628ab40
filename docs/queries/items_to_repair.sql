-- Which items should be repaired first, who answers for them, and how sure is the quadrant?
select
    quadrants.repair_rank,
    quadrants.item_code,
    items.short_en,
    items.department_code,
    quadrants.satisfaction_score,
    quadrants.importance_score,
    quadrants.certainty,
    quadrants.n_responses
from indices.item_quadrants as quadrants
cross join ops.run
inner join marts.dim_item as items using (instrument_code, item_code)
where
    quadrants.month_start_date = run.report_month
    and quadrants.window_months = 1
    and quadrants.segment_code = 'all'
    and quadrants.region_code = 'all'
    and quadrants.repair_rank is not null
order by quadrants.repair_rank
