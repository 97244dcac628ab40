-- What really changed in the reporting month: which figures got a verdict of better or worse, and on what evidence?
select
    verdicts.subject_code,
    verdicts.breakdown_code,
    verdicts.segment_code,
    verdicts.region_code,
    verdicts.comparison_code,
    verdicts.value,
    verdicts.reference_value,
    verdicts.difference,
    verdicts.q_value,
    verdicts.reason,
    verdicts.verdict
from indices.verdicts as verdicts
cross join ops.run
where
    verdicts.month_start_date = run.report_month
    and verdicts.comparison_code <> 'target' -- missing a plan is no change
    and verdicts.verdict in ('better', 'worse')
order by all
