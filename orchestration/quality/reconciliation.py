"""Two ways to one number: SQL that counts where they differ. Zero everywhere, or nothing is published."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reconciliation:
    """One comparison: `sql` returns one row with one BIGINT, the number of cells in which the two ways differ.

    Its variable `figures_month` is the month reported on: figures of other months are frozen, and may differ from what is known now.
    """

    code: str
    table: str
    sql: str


def _differing(left: str, right: str) -> str:
    """Rows of either query that the other lacks; both queries have equal columns."""
    return f"select cast(count(*) as bigint) as n_different from ((({left}) except ({right})) union all (({right}) except ({left})))"


_VALID_ANSWERS = """
    select cast(date_trunc('month', answered_at) as date) as month_start_date, cast(count(*) as bigint) as n_answers
    from marts.fct_answer where is_valid_response and satisfaction is not null group by all"""
_LEVEL_ANSWERS = """
    select month_start_date, cast(sum(n_answers) as bigint) as n_answers
    from marts.stat_item_levels_monthly where measure_code = 'satisfaction' group by all"""
_ITEM_TOTALS = """
    select month_start_date, instrument_code, item_code, n_satisfaction as n_answers from indices.item_scores
    where window_months = 1 and segment_code = 'all' and region_code = 'all' and n_satisfaction > 0"""
_ITEM_LEVELS = """
    select month_start_date, instrument_code, item_code, cast(sum(n_answers) as bigint) as n_answers
    from marts.stat_item_levels_monthly where measure_code = 'satisfaction' group by all"""
_ITEM_SEGMENTS = """
    select month_start_date, instrument_code, item_code, cast(sum(n_satisfaction) as bigint) as n_answers from indices.item_scores
    where window_months = 1 and segment_code <> 'all' and region_code = 'all' and n_satisfaction > 0 group by all"""
_KPI_TOTALS = """
    select month_start_date, metric_code, breakdown_code, numerator, denominator from indices.kpi_scores
    where segment_code = 'all' and region_code = 'all' and denominator > 0"""
_KPI_LEAVES = """
    select
        month_start_date, metric_code, breakdown_code,
        cast(sum(numerator) as bigint) as numerator, cast(sum(denominator) as bigint) as denominator
    from marts.kpi_values_monthly group by all having sum(denominator) > 0"""
_CUSTOMER_COMPLAINTS = """
    select month_start_date, cast(sum(n_complaints) as bigint) as n from marts.kpi_customer_monthly
    group by all having sum(n_complaints) > 0"""
_COMPLAINTS = """
    select month_start_date, cast(count(*) as bigint) as n from marts.fct_complaint group by all"""
_CUSTOMER_DELIVERIES = """
    select month_start_date, cast(sum(n_deliveries) as bigint) as n from marts.kpi_customer_monthly
    group by all having sum(n_deliveries) > 0"""
_DELIVERIES = """
    select month_start_date, cast(count(*) as bigint) as n from marts.fct_delivery group by all"""
_SENT = """
    select month_start_date, cast(count(*) as bigint) as n from marts.fct_response where is_sent group by all"""
_COUNTED_SENT = """
    select month_start_date, cast(sum(n_sent) as bigint) as n from marts.stat_response_counts_monthly group by all having sum(n_sent) > 0"""
_WEIGHTS_OFF_ONE = """
    select cast(count(*) as bigint) as n_different from (
        select fiscal_year, instrument_code, sum(weight_share) as total from indices.item_weights group by all
    ) where abs(total - 1) * 1000000 > 1"""
_LEDGER_GAPS = """
    select cast(count(*) as bigint) as n_different from ops.extract_loads
    where state <> 'refused' and n_records <> n_loaded + n_quarantined + n_skipped"""
_QUARANTINE_GAPS = """
    select cast(count(*) as bigint) as n_different from (
        select n_quarantined from ops.extract_loads as l left join ops.quarantine as q using (extract_file_id, contract_code)
        group by extract_file_id, contract_code, n_quarantined
        having count(q.record_number) filter (q.state in ('open', 'cured', 'discarded')) <> n_quarantined)"""
_FIGURE_NOT_AN_INDEX = """
    select cast(count(*) as bigint) as n_different from reported.figures
    where source_table = 'indices.overall_scores' and unit = 'index' and month_start_date = getvariable('figures_month')
        and value is not null and value not in (select index_0to100 from indices.overall_scores where index_0to100 is not null)"""
_FIGURE_NOT_A_KPI = """
    select cast(count(*) as bigint) as n_different from reported.figures as f
    where f.source_table = 'indices.kpi_scores' and f.numerator is not null and f.month_start_date = getvariable('figures_month')
        and not exists (
            select 1 from indices.kpi_scores as k
            where k.numerator = f.numerator and k.denominator = f.n_base and k.fingerprint = f.fingerprint)"""

RECONCILIATIONS = (
    Reconciliation("answers_are_all_counted", "marts.stat_item_levels_monthly", _differing(_VALID_ANSWERS, _LEVEL_ANSWERS)),
    Reconciliation("sent_are_all_counted", "marts.stat_response_counts_monthly", _differing(_SENT, _COUNTED_SENT)),
    Reconciliation("customer_complaints_add_up", "marts.kpi_customer_monthly", _differing(_CUSTOMER_COMPLAINTS, _COMPLAINTS)),
    Reconciliation("customer_deliveries_add_up", "marts.kpi_customer_monthly", _differing(_CUSTOMER_DELIVERIES, _DELIVERIES)),
    Reconciliation("item_totals_equal_statistics", "indices.item_scores", _differing(_ITEM_TOTALS, _ITEM_LEVELS)),
    Reconciliation("item_segments_add_up", "indices.item_scores", _differing(_ITEM_TOTALS, _ITEM_SEGMENTS)),
    Reconciliation("kpi_totals_equal_leaves", "indices.kpi_scores", _differing(_KPI_TOTALS, _KPI_LEAVES)),
    Reconciliation("figures_stand_in_overall_scores", "reported.figures", _FIGURE_NOT_AN_INDEX),
    Reconciliation("figures_stand_in_kpi_scores", "reported.figures", _FIGURE_NOT_A_KPI),
    Reconciliation("weights_add_up_to_one", "indices.item_weights", _WEIGHTS_OFF_ONE),
    Reconciliation("records_are_conserved", "ops.extract_loads", _LEDGER_GAPS),
    Reconciliation("quarantine_is_conserved", "ops.extract_loads", _QUARANTINE_GAPS),
)
