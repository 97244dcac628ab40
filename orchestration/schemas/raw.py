"""The canonical tables that every extract is mapped onto: `raw.<family>_<plural>`.

A source contract fills any subset of the columns that are not required. Keys are business keys within one source;
`source_code` is added to them. `date_column` is the business date whose month a changed row touches. The system columns
say where a row came from and when we knew it. Private columns are stored in the private file alone.
"""

from dataclasses import dataclass

from orchestration.schemas.columns import Column, Kind, Table

SYSTEM_COLUMNS = (
    Column("source_code", "text", "source system, from the contract", key=True),
    Column("extract_file_id", "integer", "file of ops.extract_files that delivered this version of the row"),
    Column("record_number", "bigint", "record of that file, counted from 1 without the header"),
    Column("extracted_at", "timestamp", "when the source extracted the row; orders versions of one key"),
    Column("sequence_number", "bigint", "place among the source's changes; orders versions of one moment", null="the contract names none"),
    Column("known_at", "timestamp", "when this warehouse first saw the file: nothing may be claimed earlier"),
)


@dataclass(frozen=True)
class Stretch:
    """Columns of a table that a log of states can fill: one row per stretch in one `state`, which `begins` at a moment.

    `ends` gets the moment at which the next stretch begins, `number` counts the stretches of a case in the same state;
    empty: the table has no such column.
    """

    state: str
    begins: str
    ends: str = ""
    number: str = ""


@dataclass(frozen=True)
class RawTable(Table):
    """A canonical table: `date_column` dates a row, `join_keys` are the keys by which a change reaches other tables."""

    date_column: str = ""
    join_keys: tuple[str, ...] = ()
    stretch: Stretch | None = None
    outlives_source: bool = False
    """True where a row that is gone at the source stays: facts of its time name it."""


def _key(name: str, kind: Kind, meaning: str) -> Column:
    return Column(name, kind, meaning, key=True)


def _optional(name: str, kind: Kind, meaning: str, unit: str = "", null: str = "not delivered by the source") -> Column:
    return Column(name, kind, meaning, unit=unit, null=null)


CUSTOMER_KEY = _optional("customer_key", "text", "the customer as this source calls him", null="the source does not name the customer")
REGION = _optional("region_code", "text", "region where it happened", null="the customer's region counts")
OWNER = _optional("owner_id", "text", "responsible member of staff")

CRM_CUSTOMERS = RawTable(
    "raw.crm_customers", "One row per customer and day from which his attributes hold",
    (
        _key("customer_id", "text", "customer"),
        _key("valid_from", "date", "first day on which these attributes hold"),
        Column("customer_name", "text", "name as it is to be printed", null="not delivered, or not read: `analysts_see: tokens`",
               names_customer=True),
        _optional("segment_code", "text", "segment; key accounts are a segment of their own"),
        _optional("region_code", "text", "region"),
        _optional("tier_code", "text", "tier by value"),
        _optional("industry_code", "text", "industry"),
        _optional("owner_id", "text", "account manager"),
        _optional("opened_date", "date", "first day as a customer"),
        _optional("closed_date", "date", "last day as a customer", null="still a customer"),
    ),
    date_column="valid_from", join_keys=("customer_id",), outlives_source=True,
)  # fmt: skip
CRM_CUSTOMER_ALIASES = RawTable(
    "raw.crm_customer_aliases", "One row per key by which a source knows a customer",
    (
        _key("alias_source_code", "text", "source that uses the key"),
        _key("source_key", "text", "the key in that source"),
        Column("customer_id", "text", "customer it stands for"),
        _optional("valid_from", "date", "first day on which it stands for him", null="always"),
    ),
    join_keys=("customer_id", "source_key"), outlives_source=True,
)  # fmt: skip
CRM_STAFF = RawTable(
    "raw.crm_staff", "One row per member of staff",
    (
        _key("staff_id", "text", "member of staff"),
        _optional("staff_name", "text", "name as it is to be printed"),
        _optional("role_code", "text", "role: account manager, teller, driver ..."),
        _optional("region_code", "text", "region"),
        _optional("station_code", "text", "station or branch"),
        _optional("department_code", "text", "department"),
    ), outlives_source=True,
)  # fmt: skip
CRM_CASES = RawTable(
    "raw.crm_cases", "One row per case: one instance of a process (application, order, contract)",
    (
        _key("case_id", "text", "case"),
        CUSTOMER_KEY,
        _optional("process_code", "text", "process of config/stages.yaml"),
        Column("opened_at", "timestamp", "when the case was opened"),
        _optional("closed_at", "timestamp", "when it was closed", null="still open"),
        _optional("status_code", "text", "status as the source calls it"),
        _optional("size_value", "decimal", "size that conditions refer to, e.g. kVA applied for"),
        _optional("is_resource_available", "boolean", "line resources exist, where a limit depends on it"),
        REGION, OWNER,
    ),
    date_column="opened_at", join_keys=("case_id", "customer_key"),
)  # fmt: skip
CRM_CASE_STAGES = RawTable(
    "raw.crm_case_stages", "One row per passage of a case through a stage, split where the clock changes hands",
    (
        _key("case_id", "text", "case"),
        _key("stage_code", "text", "stage of config/stages.yaml"),
        _key("passage_number", "integer", "1 for the first stretch in this stage, 2 for the next; 1 where the source has no stretches"),
        CUSTOMER_KEY,
        Column("entered_at", "timestamp", "when the stretch began"),
        _optional("left_at", "timestamp", "when it ended", null="still running"),
        _optional("due_at", "timestamp", "deadline of this passage, where a case has its own", null="the stage's limit counts"),
        _optional("clock_owner_code", "text", "whose time it is: supplier or customer", null="supplier"),
        _optional("is_accepted_first_time", "boolean", "the stage's result was accepted at the first attempt"),
        OWNER,
    ),
    date_column="entered_at", join_keys=("case_id", "customer_key"),
    stretch=Stretch("stage_code", begins="entered_at", ends="left_at", number="passage_number"),
)  # fmt: skip
CRM_CUSTOMER_MONTHS = RawTable(
    "raw.crm_customer_months", "One row per customer and month of business",
    (
        _key("customer_key", "text", "the customer as this source calls him"),
        _key("month_start_date", "date", "first day of the month"),
        _optional("revenue", "decimal", "revenue", "currency of the workspace"),
        _optional("cost", "decimal", "cost to serve", "currency of the workspace"),
        _optional("volume", "decimal", "volume: shipments, lines, energy"),
        _optional("n_products", "integer", "products held"),
    ),
    date_column="month_start_date", join_keys=("customer_key",),
)  # fmt: skip
COMPLAINTS_COMPLAINTS = RawTable(
    "raw.complaints_complaints", "One row per complaint",
    (
        _key("complaint_id", "text", "complaint"),
        CUSTOMER_KEY,
        Column("opened_at", "timestamp", "when it was raised"),
        _optional("due_at", "timestamp", "deadline", null="no deadline"),
        _optional("first_response_at", "timestamp", "first answer, where the source has it as a column", null="none yet, or an event"),
        _optional("resolved_at", "timestamp", "solved, where the source has it as a column", null="not solved, or an event"),
        _optional("closed_at", "timestamp", "closed, where the source has it as a column", null="not closed, or an event"),
        _optional("status_code", "text", "status as the source calls it"),
        _optional("category_code", "text", "category"),
        _optional("channel_code", "text", "channel of intake"),
        _optional("department_code", "text", "responsible department"),
        _optional("is_valid", "boolean", "found justified", null="not judged"),
        _optional("is_resolved", "boolean", "solved, where the source says so without a time", null="resolved_at or an event tells"),
        _optional("is_within_deadline", "boolean", "deadline kept so far, where the source says so without the deadline",
                  null="due_at tells"),
        _optional("n_reopened", "integer", "times reopened, where the source counts them", null="events tell"),
        REGION, OWNER,
        Column("description", "text", "the customer's own words", null="none", private=True),
    ),
    date_column="opened_at", join_keys=("complaint_id", "customer_key"),
)  # fmt: skip
COMPLAINTS_EVENTS = RawTable(
    "raw.complaints_events", "One row per event of a complaint",
    (
        _key("complaint_id", "text", "complaint"),
        _key("event_code", "text", "opened, responded, escalated, reopened, resolved or closed"),
        _key("happened_at", "timestamp", "when"),
        _optional("clock_owner_code", "text", "whose time runs from here: supplier or customer", null="supplier"),
        _optional("staff_id", "text", "who did it"),
    ),
    date_column="happened_at", join_keys=("complaint_id",), stretch=Stretch("event_code", begins="happened_at"),
)  # fmt: skip
COMPLAINTS_CALLBACKS = RawTable(
    "raw.complaints_callbacks", "One row per call back to a complainer",
    (
        _key("complaint_id", "text", "complaint"),
        _key("called_at", "timestamp", "when"),
        _optional("is_reached", "boolean", "somebody answered"),
        _optional("is_satisfied", "boolean", "satisfied with the handling", null="not reached or not asked"),
        _optional("score", "integer", "score on the call-back's own scale", null="not asked"),
    ),
    date_column="called_at", join_keys=("complaint_id",),
)  # fmt: skip
DELIVERIES_DELIVERIES = RawTable(
    "raw.deliveries_deliveries", "One row per delivery",
    (
        _key("delivery_id", "text", "delivery"),
        CUSTOMER_KEY,
        Column("ordered_at", "timestamp", "when it was ordered"),
        _optional("promised_at", "timestamp", "promised arrival; midnight where a date was promised", null="nothing promised"),
        _optional("is_promised_date", "boolean", "a date was promised, not a time: set by the contract", null="nothing promised"),
        _optional("delivered_at", "timestamp", "arrival", null="not arrived"),
        _optional("receipt_confirmed_at", "timestamp", "receipt confirmed by the customer", null="not confirmed"),
        _optional("status_code", "text", "delivered, canceled, shipped ...: the contract maps the source's words"),
        _optional("route_code", "text", "route, vehicle or crew"),
        _optional("n_items", "integer", "pieces ordered"),
        _optional("n_delivered_items", "integer", "pieces delivered"),
        _optional("n_damaged_items", "integer", "pieces damaged"),
        REGION, OWNER,
    ),
    date_column="ordered_at", join_keys=("delivery_id", "customer_key"),
)  # fmt: skip
DELIVERIES_EVENTS = RawTable(
    "raw.deliveries_events", "One row per step of a delivery",
    (
        _key("delivery_id", "text", "delivery"),
        _key("step_code", "text", "step of config/stages.yaml: received, registered, assigned, pick_up, transit, signed ..."),
        Column("happened_at", "timestamp", "when the step was reached"),
    ),
    date_column="happened_at", join_keys=("delivery_id",),
)  # fmt: skip
SURVEYS_INVITATIONS = RawTable(
    "raw.surveys_invitations", "One row per customer asked",
    (
        _key("response_id", "text", "the response that the invitation leads to"),
        Column("instrument_code", "text", "questionnaire of config/instruments"),
        _optional("wave_code", "text", "wave", null="continuous survey"),
        _optional("mode_code", "text", "mode: phone, web, paper ..."),
        CUSTOMER_KEY,
        Column("sent_at", "timestamp", "when the customer was asked"),
        _optional("returned_at", "timestamp", "when he answered", null="not returned"),
        _optional("is_valid", "boolean", "usable by the survey's own rule", null="valid if returned"),
        _optional("chosen_by_code", "text", "who chose whom to ask"),
        _optional("delivery_id", "text", "delivery asked about", null="not about one delivery"),
    ),
    date_column="sent_at", join_keys=("response_id", "delivery_id", "customer_key"),
)  # fmt: skip
SURVEYS_ANSWERS = RawTable(
    "raw.surveys_answers", "One row per response and item",
    (
        _key("response_id", "text", "response"),
        _key("item_code", "text", "item of the instrument"),
        Column("instrument_code", "text", "questionnaire of config/instruments"),
        _optional("wave_code", "text", "wave", null="continuous survey"),
        _optional("mode_code", "text", "mode: phone, web, paper ..."),
        CUSTOMER_KEY,
        Column("answered_at", "timestamp", "when it was answered"),
        _optional("satisfaction", "integer", "satisfaction or perception", "level of the item's scale", null="not a rating or not asked"),
        _optional("importance", "integer", "importance", "level of the importance scale", null="not a rating or not asked"),
        _optional("expectation", "integer", "expectation", "level of the item's scale", null="not a rating or not asked"),
        _optional("not_rating_code", "text", "why there is no rating: not_applicable, refused ...", null="a rating, or simply blank"),
        _optional("weight", "decimal", "sampling weight", null="1"),
        _optional("delivery_id", "text", "delivery asked about", null="not about one delivery"),
        _optional("case_id", "text", "case asked about", null="not about one case"),
    ),
    date_column="answered_at", join_keys=("response_id", "delivery_id", "case_id", "customer_key"),
)  # fmt: skip
SURVEYS_COMMENTS = RawTable(
    "raw.surveys_comments", "One row per comment of a response; the text is in the private file",
    (
        _key("response_id", "text", "response"),
        _key("item_code", "text", "item it belongs to, or 'comment'"),
        CUSTOMER_KEY,
        Column("answered_at", "timestamp", "when it was written"),
        Column("comment_text", "text", "the customer's own words", null="blank", private=True),
    ),
    date_column="answered_at", join_keys=("response_id", "customer_key"),
)  # fmt: skip

RAW_TABLES: tuple[RawTable, ...] = (
    CRM_CUSTOMERS, CRM_CUSTOMER_ALIASES, CRM_STAFF, CRM_CASES, CRM_CASE_STAGES, CRM_CUSTOMER_MONTHS,
    COMPLAINTS_COMPLAINTS, COMPLAINTS_EVENTS, COMPLAINTS_CALLBACKS,
    DELIVERIES_DELIVERIES, DELIVERIES_EVENTS,
    SURVEYS_INVITATIONS, SURVEYS_ANSWERS, SURVEYS_COMMENTS,
)  # fmt: skip
CUSTOMER_TOKENS = Table(
    "raw.customer_tokens", "One row per customer: the keyed token that stands for him where his key must not",
    (
        _key("customer_id", "text", "customer"),
        Column("customer_token", "text", "first 32 hex digits of HMAC-SHA256(workspace key, customer_id)"),
    ),
)  # fmt: skip


def raw_table(name: str) -> RawTable:
    """The canonical table called `name`, with or without `raw.`. Raises KeyError naming those there are."""
    for table in RAW_TABLES:
        if table.name.removeprefix("raw.") == name.removeprefix("raw."):
            return table
    raise KeyError(f"no canonical table {name}; there are {', '.join(t.name.removeprefix('raw.') for t in RAW_TABLES)}")
