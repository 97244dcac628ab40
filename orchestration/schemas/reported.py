"""What a report shows: every figure and every sentence, frozen before a template sees them."""

from orchestration.schemas.columns import Column, Table

REPORT_KEY = (
    Column("report_code", "text", "report", key=True),
    Column("month_start_date", "date", "month reported on", key=True),
    Column("version", "integer", "1, and one more for each correction", key=True),
)
FIGURES = Table(
    "reported.figures", "One row per figure of a report",
    (
        *REPORT_KEY,
        Column("figure_code", "text", "dotted name, e.g. headline.index or repair.1.satisfaction", key=True),
        Column("position", "integer", "order within the report"),
        Column("label_code", "text", "what it is about, as kind:code, e.g. item:C1 or region:west", null="the figure says it"),
        Column("value", "double", "the number", null="not known: `note_code` says why"),
        Column("text_value", "text", "a figure that is no number: a date, a state, a quadrant", null="a number"),
        Column("unit", "text", "index, score, share, workdays, count, date, code"),
        Column("decimals", "integer", "digits printed"),
        Column("numerator", "bigint", "numerator", null="not a rate"),
        Column("n_base", "bigint", "base", null="not counted"),
        Column("base_kind", "text", "what the base counts", null="not counted"),
        Column("interval_low", "double", "lower end", null="a census, or no base"),
        Column("interval_high", "double", "upper end", null="a census, or no base"),
        Column("verdict", "text", "word of indices.verdicts", null="not judged"),
        Column("is_provisional", "boolean", "a late source or a missing calendar stands behind it"),
        Column("note_code", "text", "small_base, too_few, suppressed, late ...", null="none"),
        Column("source_table", "text", "table it stands in"),
        Column("fingerprint", "text", "hash of its definition", null="a fact about the run, not a metric"),
    ),
)  # fmt: skip
CLAIMS = Table(
    "reported.claims", "One row per sentence that could have been printed, and whether the figures bear it",
    (
        *REPORT_KEY,
        Column("claim_code", "text", "where the sentence stands, e.g. point.1 or heading.trend", key=True),
        Column("candidate", "integer", "1 = the first form tried", key=True),
        Column("claim_type", "text", "type of claim in reports/claims.py"),
        Column("arguments", "text", "the claim as JSON: figures it rests on and what it says of them"),
        Column("holds", "boolean", "the frozen figures bear it"),
        Column("is_printed", "boolean", "it holds and is the first of its place that does"),
        Column("sentence_code", "text", "message id in the locale catalogue"),
    ),
)  # fmt: skip
REPORTED_TABLES = (FIGURES, CLAIMS)
