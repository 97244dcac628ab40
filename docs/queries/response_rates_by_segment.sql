-- Of the people asked in the reporting month, how many answered and how many answers count, by segment?
select
    rates.segment_code,
    rates.n_sent,
    rates.n_returned,
    rates.n_valid,
    rates.returned_of_sent_share,
    rates.valid_of_sent_share,
    rates.valid_of_returned_share
from indices.response_rates as rates
cross join ops.run
where
    rates.month_start_date = run.report_month
    and rates.window_months = 1
    and rates.region_code = 'all'
order by rates.segment_code
