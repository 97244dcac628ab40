"""The configuration as SQL and Polars read it: schema `config`, replaced as a whole each night."""

from orchestration.schemas.columns import Column, Table

ITEMS = Table(
    "config.items", "One row per instrument and item",
    (
        Column("instrument_code", "text", "questionnaire", key=True),
        Column("item_code", "text", "item", key=True),
        Column("item_order", "integer", "position in the questionnaire"),
        Column("dimension_code", "text", "dimension", null="none"),
        Column("text_en", "text", "question"),
        Column("text_zh", "text", "question in Chinese"),
        Column("short_en", "text", "label"),
        Column("short_zh", "text", "label in Chinese"),
        Column("department_code", "text", "responsible department", null="nobody named"),
        Column("is_overall", "boolean", "asks for overall satisfaction"),
        Column("is_nps", "boolean", "the recommendation item"),
        Column("is_acsi", "boolean", "one of the ACSI items"),
        Column("scale_min", "integer", "lowest level"),
        Column("scale_max", "integer", "highest level"),
        Column("importance_min", "integer", "lowest level of importance", null="not asked"),
        Column("importance_max", "integer", "highest level of importance; 1 where items are named, 0 then is not named", null="not asked"),
        Column("n_picks", "integer", "items a respondent may name as those that matter most", null="importance is rated, or not asked"),
        Column("satisfied_from", "integer", "lowest level that counts as satisfied", null="the map uses the mean rating"),
        Column("minimum_answers_for_valid", "integer", "items a response must answer to be valid"),
        Column("in_index", "boolean", "an item of the index: neither overall, NPS nor ACSI item, unless these are all there is"),
    ),
)  # fmt: skip
STAGES = Table(
    "config.stages", "One row per process and stage",
    (
        Column("process_code", "text", "process", key=True),
        Column("stage_code", "text", "stage", key=True),
        Column("stage_order", "integer", "position in the process"),
        Column("process_kind", "text", "case or delivery"),
        Column("count_convention", "text", "exclude_first_day or include_first_day"),
        Column("text_en", "text", "name"),
        Column("text_zh", "text", "name in Chinese"),
        Column("limit_workdays", "integer", "limit", null="no limit"),
        Column("goal_share", "double", "share that shall keep the limit", null="no goal"),
        Column("department_code", "text", "responsible department", null="nobody named"),
    ),
)  # fmt: skip
LIMITS = Table(
    "config.limits", "One row per stage or span of stages and kind of case: exactly one fits a case that enters it",
    (
        Column("process_code", "text", "process", key=True),
        Column("limit_code", "text", "stage or span", key=True),
        Column("size_from", "decimal", "smallest size of the case, as conditions name it", key=True),
        Column("size_below", "decimal", "size from which another row counts", null="no largest size"),
        Column("valid_from_date", "date", "first day of entry", key=True),
        Column("valid_to_date", "date", "day of entry from which another row counts"),
        Column("has_resource", "boolean", "line resources exist", key=True),
        Column("limit_workdays", "integer", "limit in working days on the supplier's clock", null="no limit"),
    ),
)  # fmt: skip
SPANS = Table(
    "config.spans", "One row per span of stages that has a limit together, and stage in it; the whole case is a span",
    (
        Column("process_code", "text", "process", key=True),
        Column("span_code", "text", "span", key=True),
        Column("stage_code", "text", "stage in it", key=True),
        Column("span_order", "integer", "position in the process"),
        Column("text_en", "text", "name"),
        Column("text_zh", "text", "name in Chinese"),
        Column("goal_share", "double", "share that shall keep the limit", null="no goal"),
    ),
)  # fmt: skip
METRICS = Table(
    "config.metrics", "One row per metric of the registry, with the SQL compiled from it",
    (
        Column("metric_code", "text", "metric", key=True),
        Column("metric_order", "integer", "position in the registry"),
        Column("family_code", "text", "fact that is counted: complaints, deliveries, stages or cases"),
        Column("text_en", "text", "name"),
        Column("text_zh", "text", "name in Chinese"),
        Column("description_en", "text", "what it means"),
        Column("description_zh", "text", "what it means, in Chinese"),
        Column("numerator_sql", "text", "aggregate expression"),
        Column("denominator_sql", "text", "aggregate expression"),
        Column("breakdown_code", "text", "none, stage, span, category, route or owner"),
        Column("base_kind", "text", "what the denominator counts"),
        Column("unit", "text", "share, workdays, days, hours or count"),
        Column("direction", "text", "higher_is_better or lower_is_better"),
        Column("decimals", "integer", "digits printed"),
        Column("owner_code", "text", "who answers for it", null="nobody named"),
        Column("is_open_cohort", "boolean", "the month's cases can still reach the numerator: a young month is not judged"),
        Column("in_report", "boolean", "printed in reports"),
        Column("fingerprint", "text", "hash of entry and SQL"),
    ),
)  # fmt: skip
TARGETS = Table(
    "config.targets", "One row per plan and day from which it holds",
    (
        Column("metric_code", "text", "metric, or overall_index", key=True),
        Column("valid_from", "date", "first day", key=True),
        Column("target_value", "double", "plan, in the metric's unit"),
        Column("source", "text", "who set it"),
    ),
)  # fmt: skip
CALENDAR = Table(
    "config.calendar", "One row per day",
    (
        Column("date_day", "date", "day", key=True),
        Column("month_start_date", "date", "first day of its month"),
        Column("is_workday", "boolean", "people work"),
        Column("workday_rank", "integer", "workdays from the calendar's first day up to and including this one"),
        Column("day_kind", "text", "workday, weekend, holiday or make_up"),
        Column("holiday_name", "text", "holiday", null="none"),
        Column("is_provisional", "boolean", "the year's calendar is not published: the plain week counts"),
    ),
)  # fmt: skip
LABELS = Table(
    "config.labels", "One row per code that a report prints",
    (
        Column("kind", "text", "segment, region, department, category, channel, source or dimension", key=True),
        Column("code", "text", "code", key=True),
        Column("label_order", "integer", "position"),
        Column("text_en", "text", "name"),
        Column("text_zh", "text", "name in Chinese"),
    ),
)  # fmt: skip
PARAMETERS = Table(
    "config.parameters", "One row per scalar of workspace.yaml and thresholds.yaml",
    (
        Column("parameter_code", "text", "dotted name, e.g. thresholds.hide_below_n", key=True),
        Column("value_text", "text", "value as text"),
        Column("value_number", "double", "value as a number", null="no number"),
    ),
)  # fmt: skip
CONFIG_TABLES = (ITEMS, STAGES, LIMITS, SPANS, METRICS, TARGETS, CALENDAR, LABELS, PARAMETERS)
