"""Survey scores, KPI scores and verdicts."""

from orchestration.schemas.columns import Column, Table
from orchestration.schemas.indices.common import (
    FINGERPRINT,
    INTERVAL,
    MONTH,
    NOT_ESTIMATED,
    NOT_NAMED,
    NOT_RATED,
    PER_SCOPE,
    SCOPE,
    TOO_FEW,
    key_column,
)

ITEM_WEIGHTS = Table(
    "indices.item_weights", "One row per fiscal year, instrument and item: its weight in the overall index, frozen for the year",
    (
        key_column("fiscal_year", "integer", "fiscal year, named by the calendar year in which it ends"),
        key_column("instrument_code", "text", "questionnaire"),
        key_column("item_code", "text", "item"),
        Column("weight_share", "double", "weight; the weights of one instrument and year add up to 1"),
        Column("basis", "text", "previous_fiscal_year, same_fiscal_year (no year before), or equal (importance not asked)"),
    ),
)  # fmt: skip
ITEM_SCORES = Table(
    "indices.item_scores", f"{PER_SCOPE} and item: satisfaction, importance, their difference, top-two share",
    (
        *SCOPE,
        key_column("item_code", "text", "item"),
        Column("n_satisfaction", "bigint", "satisfaction ratings"),
        Column("n_importance", "bigint", "importance ratings; respondents asked, where items are named"),
        Column("n_effective", "double", "Kish effective number of satisfaction ratings"),
        Column("satisfaction_score", "double", "S_i: mean rating", "level of the scale", null=TOO_FEW),
        Column("satisfaction_se", "double", "standard error of S_i", "level of the scale", null="fewer than two answers"),
        Column("importance_score", "double", "I_i: mean, or share that names it", "level, or 0 to 1", null="importance not asked"),
        Column("importance_se", "double", "standard error of I_i", "as I_i", null="importance not asked"),
        Column("importance_low", "double", "lower Wilson limit of the share that names it", "0 to 1", null=NOT_NAMED),
        Column("importance_high", "double", "upper Wilson limit of the share that names it", "0 to 1", null=NOT_NAMED),
        Column("satisfaction_0to100", "double", "(S_i - min) / (max - min) * 100", "0 to 100", null=TOO_FEW),
        Column("satisfaction_0to100_se", "double", "its standard error", "points", null="fewer than two answers"),
        *INTERVAL,
        Column("satisfaction_minus_importance", "double", "S_i - I_i; two scales subtracted, not a shortfall", null=NOT_RATED),
        Column("top2_share", "double", "share of ratings in the two highest levels", "0 to 1", null=TOO_FEW),
        Column("top2_low", "double", "lower Wilson limit", "0 to 1", null=TOO_FEW),
        Column("top2_high", "double", "upper Wilson limit", "0 to 1", null=TOO_FEW),
        Column("n_top2", "bigint", "ratings in the two highest levels"),
        Column("n_bottom_box", "bigint", "ratings in the lowest level"),
        FINGERPRINT,
    ),
)  # fmt: skip
DIMENSION_SCORES = Table(
    "indices.dimension_scores", f"{PER_SCOPE} and dimension: the mean of its items on 0-100, weighted as in the overall index",
    (
        *SCOPE,
        key_column("dimension_code", "text", "dimension"),
        Column("n_responses", "bigint", "answers of its most answered item"),
        Column("n_effective", "double", "Kish effective number of these answers"),
        Column("n_items", "integer", "items with an answer"),
        Column("index_0to100", "double", "weighted mean of the items' 0-100 scores", "0 to 100", null=TOO_FEW),
        Column("standard_error", "double", "standard error", "points", null="fewer than two responses"),
        *INTERVAL,
        FINGERPRINT,
    ),
)  # fmt: skip
OVERALL_SCORES = Table(
    "indices.overall_scores", f"{PER_SCOPE}: the overall satisfaction index",
    (
        *SCOPE,
        Column("headline_rule", "text", "importance_weighted, equal, overall_item or acsi"),
        Column("n_responses", "bigint", "valid responses; of overall_item its ratings"),
        Column("n_effective", "double", "Kish effective number of responses"),
        Column("index_0to100", "double", "sum of w_i * 0-100(S_i)", "0 to 100", null=TOO_FEW),
        Column("standard_error", "double", "standard error", "points", null="fewer than two responses"),
        *INTERVAL,
        Column("base_state", "text", "normal, small_base (note), too_few (hide the month, show three) or no_data"),
        FINGERPRINT,
    ),
)  # fmt: skip
ITEM_QUADRANTS = Table(
    "indices.item_quadrants", f"{PER_SCOPE} and item: quadrant of the importance-performance map and how sure it is",
    (
        *SCOPE,
        key_column("item_code", "text", "item"),
        Column("cut_rule", "text", "scale_midpoint, grand_mean, median or target"),
        Column("cut_satisfaction", "double", "vertical line", "as S_i"),
        Column("cut_importance", "double", "horizontal line", "as I_i"),
        Column("satisfaction_score", "double", "S_i: mean rating, or share of satisfied ratings", "level of the scale, or 0 to 1"),
        Column("importance_score", "double", "I_i: mean importance, or share that names it", "level of the scale, or 0 to 1"),
        Column("satisfaction_minus_importance", "double", "S_i - I_i", "level of the scale", null=NOT_RATED),
        Column("importance_satisfaction_rating", "double", "I-S rating: I_i * (1 - S_i), both shares", "0 to 1", null=NOT_NAMED),
        Column("quadrant_code", "text", "A strength, B repair, C opportunity, D maintain; a tie is high"),
        Column("probability_a", "double", "probability of A", "0 to 1", null=NOT_ESTIMATED),
        Column("probability_b", "double", "probability of B", "0 to 1", null=NOT_ESTIMATED),
        Column("probability_c", "double", "probability of C", "0 to 1", null=NOT_ESTIMATED),
        Column("probability_d", "double", "probability of D", "0 to 1", null=NOT_ESTIMATED),
        Column("certainty", "double", "probability of quadrant_code", "0 to 1", null=NOT_ESTIMATED),
        Column("is_undecided", "boolean", "certainty below the threshold, or unknown"),
        Column("satisfaction_se", "double", "standard error of S_i", null="fewer than two responses"),
        Column("importance_se", "double", "standard error of I_i", null="fewer than two responses"),
        Column("correlation", "double", "correlation of the two means' errors", "-1 to 1", null="fewer than two responses"),
        Column("repair_rank", "integer", "1 = repair first: decided items of B by I-S rating or difference", null="no decided item of B"),
        Column("n_responses", "bigint", "responses that rated both"),
        FINGERPRINT,
    ),
)  # fmt: skip
NPS_SCORES = Table(
    "indices.nps_scores", f"{PER_SCOPE}: net promoter score of the instrument's recommendation item",
    (
        *SCOPE,
        Column("n_answers", "bigint", "answers"),
        Column("n_promoters", "bigint", "9 or 10"),
        Column("n_passives", "bigint", "7 or 8"),
        Column("n_detractors", "bigint", "0 to 6"),
        Column("n_effective", "double", "Kish effective number of answers"),
        Column("nps", "double", "share of promoters minus share of detractors", "-1 to 1", null=TOO_FEW),
        *INTERVAL,
        FINGERPRINT,
    ),
)  # fmt: skip
RESPONSE_RATES = Table(
    "indices.response_rates", f"{PER_SCOPE}: three response rates with three names",
    (
        *SCOPE,
        Column("n_sent", "bigint", "invitations sent in the month"),
        Column("n_returned", "bigint", "of them returned so far"),
        Column("n_valid", "bigint", "of them valid"),
        Column("returned_of_sent_share", "double", "returned / sent", "0 to 1", null="nothing sent"),
        Column("valid_of_sent_share", "double", "valid / sent", "0 to 1", null="nothing sent"),
        Column("valid_of_returned_share", "double", "valid / returned", "0 to 1", null="nothing returned"),
    ),
)  # fmt: skip
KPI_SCORES = Table(
    "indices.kpi_scores", "One row per metric, breakdown, month and segment or region: the KPI in total, with its process limits",
    (
        key_column("month_start_date", "date", MONTH),
        key_column("metric_code", "text", "metric of the registry"),
        key_column("breakdown_code", "text", "stage, category or route, or 'all'"),
        key_column("segment_code", "text", "segment, or 'all'"),
        key_column("region_code", "text", "region, or 'all'"),
        Column("numerator", "bigint", "numerator, added over the cells"),
        Column("denominator", "bigint", "denominator, added over the cells"),
        Column("value", "double", "numerator / denominator, a census and therefore without interval", null="nothing in the base"),
        Column("process_low", "double", "lower process limit from the months before", null="not enough history"),
        Column("process_centre", "double", "centre of the process in the months before", null="not enough history"),
        Column("process_high", "double", "upper process limit from the months before", null="not enough history"),
        Column("n_history_months", "integer", "months the limits rest on, or would rest on"),
        Column("base_kind", "text", "what the denominator counts"),
        FINGERPRINT,
    ),
)  # fmt: skip
REASON = (
    "why it cannot be told (no value, nothing to compare with, base too small, not enough history, open_cohort: the month's cases are "
    "not all over, no evidence of a change or of none) "
    "or which rule decided (tested, interval within what matters, inside or outside the process limits, census against target)"
)
VERDICTS = Table(
    "indices.verdicts", "One row per figure and comparison: the one verdict that every reader gets",
    (
        key_column("month_start_date", "date", "month judged"),
        key_column("subject_code", "text", "overall_index, item:<instrument>:<code>, dimension:<instrument>:<code> or kpi:<metric>"),
        key_column("breakdown_code", "text", "stage, category or route of a KPI, or 'all'"),
        key_column("segment_code", "text", "segment, or 'all'"),
        key_column("region_code", "text", "region, or 'all'"),
        key_column("comparison_code", "text",
                   "previous_month, same_month_last_year, process, or target: then better or worse than the plan"),
        Column("value", "double", "the figure", null="no base"),
        Column("reference_value", "double", "what it is compared with", null="nothing to compare with"),
        Column("difference", "double", "value - reference", null="nothing to compare with"),
        Column("difference_low", "double", "lower end of its interval", null="a census, or no base"),
        Column("difference_high", "double", "upper end of its interval", null="a census, or no base"),
        Column("p_value", "double", "two-sided", "0 to 1", null="a census, or no base"),
        Column("q_value", "double", "Benjamini-Hochberg over the month's family", "0 to 1", null="not in the family"),
        Column("matters_from", "double", "difference from which a change matters"),
        Column("smallest_detectable", "double", "smallest change this sample would have found", null="a census, or no base"),
        Column("verdict", "text", "better, worse, changed but small, steady or cannot tell"),
        Column("reason", "text", REASON),
        Column("n_base", "bigint", "base of the value"),
        Column("n_reference", "bigint", "base of the reference", null="a target"),
    ),
)  # fmt: skip
