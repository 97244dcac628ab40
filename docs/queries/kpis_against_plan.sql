-- Which KPIs of the reporting month keep their plan, and what is the verdict?
select
    metrics.metric_code,
    metrics.text_en,
    scores.numerator,
    scores.denominator,
    scores.value,
    verdicts.reference_value as plan,
    verdicts.difference,
    verdicts.verdict
from indices.kpi_scores as scores
cross join ops.run
inner join config.metrics as metrics using (metric_code)
inner join indices.verdicts as verdicts
    on
        verdicts.subject_code = 'kpi:' || scores.metric_code
        and verdicts.month_start_date = scores.month_start_date
        and verdicts.breakdown_code = scores.breakdown_code
        and verdicts.segment_code = scores.segment_code
        and verdicts.region_code = scores.region_code
        and verdicts.comparison_code = 'target'
where
    scores.month_start_date = run.report_month
    and scores.segment_code = 'all'
    and scores.region_code = 'all'
    and scores.breakdown_code = 'all'
order by metrics.metric_order
