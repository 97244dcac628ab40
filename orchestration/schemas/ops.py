"""The ledger as analysts see it: schema `ops`, mirrored from out/state.sqlite and written with the rows it counts."""

from orchestration.schemas.columns import Column, Table

EXTRACT_FILES = Table(
    "ops.extract_files", "One row per delivery: a content that came under a name, and was not what the name held before",
    (
        Column("extract_file_id", "integer", "number of the delivery, in order of first sight", key=True),
        Column("sha256", "text", "hash of the bytes as delivered; two deliveries share it where a name returned to an earlier content"),
        Column("file_name", "text", "name at first sight"),
        Column("n_bytes", "bigint", "size as delivered"),
        Column("known_at", "timestamp", "first seen"),
    ),
)  # fmt: skip
EXTRACT_NAMES = Table(
    "ops.extract_names", "One row per delivery and name under which it lay in the landing folder",
    (
        Column("extract_file_id", "integer", "delivery of ops.extract_files", key=True),
        Column("file_name", "text", "name", key=True),
        Column("is_duplicate", "boolean", "the same bytes had come under another name: nothing was loaded a second time"),
        Column("n_arrivals", "integer", "how often it was put there; every time after the first changed nothing"),
        Column("known_at", "timestamp", "first seen under this name"),
    ),
)  # fmt: skip
EXTRACT_LOADS = Table(
    "ops.extract_loads", "One row per delivery and contract: what became of every record",
    (
        Column("extract_file_id", "integer", "file of ops.extract_files", key=True),
        Column("contract_code", "text", "contract", key=True),
        Column("source_code", "text", "source system"),
        Column("table_name", "text", "table of schema raw, without the schema"),
        Column("state", "text", "loaded, empty, duplicate or refused"),
        Column("reason", "text", "why it was refused", null="loaded"),
        Column("warnings", "text", "what a person should know although it was loaded", null="nothing"),
        Column("n_records", "bigint", "records, counted by the landing, not by the loader"),
        Column("n_loaded", "bigint", "records that became rows, or said that rows are gone"),
        Column("n_quarantined", "bigint", "records that went into quarantine, whatever became of them since"),
        Column("n_skipped", "bigint", "records left out on purpose"),
        Column("n_rows", "bigint", "rows made of the loaded records"),
        Column("n_duplicates", "bigint", "of these: replaced by a later record of the same file, which has the same key"),
        Column("n_restated", "bigint", "keys of which an earlier file had brought a row; a full extract restates nearly all"),
        Column("n_deleted", "bigint", "tombstones of this file: rows that this full extract lacked, or that its records delete"),
        Column("extracted_at", "timestamp", "when the source extracted it", null="refused"),
        Column("data_from_date", "date", "oldest business date", null="no dated row"),
        Column("data_to_date", "date", "newest business date", null="no dated row"),
        Column("contract_hash", "text", "hash of the contract it was read with"),
        Column("known_at", "timestamp", "first seen"),
    ),
)  # fmt: skip
TOMBSTONES = Table(
    "ops.tombstones", "One row per row that is gone at the source and file that says so; a row that came back stands in raw again",
    (
        Column("table_name", "text", "table of schema raw, without the schema", key=True),
        Column("source_code", "text", "source system", key=True),
        Column("key_values", "text", "key of the row as JSON", key=True),
        Column("contract_code", "text", "contract"),
        Column("extract_file_id", "integer", "full extract that lacked it, or file with the record that deletes it", key=True),
        Column("record_number", "bigint", "record that deletes it, the last one of the file", null="a full extract lacked the row"),
        Column("extracted_at", "timestamp", "when the source extracted that record or list", null="a list whose rows are dated each"),
        Column("sequence_number", "bigint", "its place among the source's changes", null="a full extract, or the contract names none"),
        Column("known_at", "timestamp", "when this warehouse first saw that file"),
    ),
)  # fmt: skip
UNREAD_FILES = Table(
    "ops.unread_files", "One row per file and contract that was not taken up on the night of the run",
    (
        Column("file_name", "text", "name in the landing folder", key=True),
        Column("contract_code", "text", "contract", key=True),
        Column("state", "text", "waiting: not known to be whole yet; missing: named by a manifest and not there; refused"),
        Column("reason", "text", "why, and what to do"),
    ),
)  # fmt: skip
EXTRACT_VALUES = Table(
    "ops.extract_values", "One row per delivery, contract, source column and class of oddly written values in it",
    (
        Column("extract_file_id", "integer", "file of ops.extract_files", key=True),
        Column("contract_code", "text", "contract", key=True),
        Column("column_name", "text", "source column", key=True),
        Column("class_code", "text", "how the value is written, e.g. full_width, excel_serial; the README has the rule of each", key=True),
        Column("is_loaded", "boolean", "accepted in another form; false: refused, its record is in quarantine"),
        Column("n_values", "bigint", "values of the class"),
    ),
)  # fmt: skip
QUARANTINE = Table(
    "ops.quarantine", "One row per record that could not be loaded, and what became of it since; its bytes are in the private file",
    (
        Column("extract_file_id", "integer", "file of ops.extract_files", key=True),
        Column("contract_code", "text", "contract", key=True),
        Column("record_number", "bigint", "record, counted from 1 without the header", key=True),
        Column("line_number", "bigint", "line of the file where the record begins, the header included"),
        Column("column_name", "text", "source column", null="the whole record"),
        Column("rule_code", "text", "required, type, format, range, map, fields, encoding"),
        Column("known_at", "timestamp", "first seen"),
        Column("state", "text", "open; cured: a later file brought the record and it was loaded; discarded: done without, for `reason`"),
        Column("cured_by", "integer", "file of ops.extract_files that brought it again", null="not cured"),
        Column("closed_at", "timestamp", "when that file was first seen, or when it was discarded", null="open"),
        Column("reason", "text", "why it was discarded", null="not discarded"),
        Column("closed_by", "text", "who discarded it", null="not discarded"),
    ),
)  # fmt: skip
SOURCES = Table(
    "ops.sources", "One row per contract: how far its data reach and whether it is late on the night of the run",
    (
        Column("contract_code", "text", "contract", key=True),
        Column("source_code", "text", "source system"),
        Column("table_name", "text", "canonical table, e.g. raw.surveys_answers"),
        Column("n_rows", "bigint", "rows made of its records so far, every version counted; the current ones stand in `table_name`"),
        Column("n_quarantined", "bigint", "open records in quarantine: neither cured nor discarded"),
        Column("n_deleted", "bigint", "rows that are gone at the source and counted no more; those that came back are not among them"),
        Column("data_to_date", "date", "newest business date", null="nothing loaded"),
        Column("due_date", "date", "day on which data up to `expected_to_date` was due", null="expected once"),
        Column("expected_to_date", "date", "day up to which data should reach", null="expected once"),
        Column("state", "text", "complete, late or missing"),
        Column("is_required_for_report", "boolean", "the report waits for it"),
    ),
)  # fmt: skip
TOUCHED_MONTHS = Table(
    "ops.touched_months",
    "One row per month that tonight's loads or the calendar touched and the models must replace; none once they have",
    (Column("month_start_date", "date", "first day of the month", key=True),),
)
RUN = Table(
    "ops.run", "One row: the clock of the night that made this file",
    (
        Column("as_of", "timestamp", "the night's clock, local time of the workspace"),
        Column("as_of_date", "date", "its date"),
        Column("report_month", "date", "last complete month"),
        Column("first_month", "date", "first month with data", null="no data"),
    ),
)  # fmt: skip
GENERATIONS = Table(
    "ops.generations", "One row per generation published before this file and for this file itself",
    (
        Column("generation_code", "text", "e.g. g000012", key=True),
        Column("as_of", "timestamp", "clock of its night"),
        Column("parent_code", "text", "generation before", null="the first"),
        Column("input_hash", "text", "hash of landing, config, contracts and code that made it"),
    ),
)  # fmt: skip
CHECKS = Table(
    "ops.checks", "One row per expectation of the gate on this file",
    (
        Column("check_code", "text", "expectation", key=True),
        Column("table_name", "text", "table"),
        Column("severity", "text", "error or warning"),
        Column("is_passed", "boolean", "held"),
        Column("observed", "text", "what was found: counts only, never values"),
    ),
)  # fmt: skip
LEDGER_TABLES = (EXTRACT_FILES, EXTRACT_NAMES, EXTRACT_LOADS, TOMBSTONES, UNREAD_FILES, EXTRACT_VALUES, QUARANTINE, TOUCHED_MONTHS)
OPS_TABLES = (*LEDGER_TABLES, SOURCES, RUN, GENERATIONS, CHECKS)
