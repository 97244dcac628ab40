"""The landing folder as frames, current version of each key last: for tests, independent of the product's loader."""

import gzip
import io
from pathlib import Path

import polars as pl

ENCODINGS = {"complaints": "gb18030", "callbacks": "utf-8-sig", "customer_aliases": "utf-8-sig"}
KEYS = {
    "deliveries": ["waybill"], "complaints": ["工单编号"], "callbacks": ["工单编号", "回访时间"], "cases": ["case_no"],
    "case_stages": ["case_no", "stage", "stretch"], "customer_months": ["customer_no", "month"], "invitations": ["invitation"],
    "survey_web": ["ResponseID"], "survey_phone": ["call", "question"], "complaint_events": ["order_no", "event", "event_time"],
    "customers": ["Customer No", "Valid from"], "customer_aliases": ["account"], "staff": ["id"],
}  # fmt: skip


def read_content(path: Path) -> bytes:
    """The bytes of an extract, unpacked."""
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def read_extract(path: Path) -> pl.DataFrame:
    """One extract; CSV as text, malformed lines left out."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    if path.suffix == ".xlsx":
        return pl.read_excel(path, infer_schema_length=0)
    table, content = table_of(path), read_content(path)
    if ".jsonl" in path.name:
        return pl.read_ndjson(io.BytesIO(content), infer_schema_length=None)
    lines = [line for line in content.decode(ENCODINGS.get(table, "utf-8")).splitlines() if line]
    separator = ";" if table == "staff" else ","
    whole = [line for line in lines if line.count(separator) == lines[0].count(separator)]
    return pl.read_csv(io.BytesIO("\n".join(whole).encode()), separator=separator, infer_schema=False)


def table_of(path: Path) -> str:
    """The table an extract belongs to: its name before the date."""
    return path.name[: path.name.index("_20")]


def read_current(landing: Path, table: str) -> pl.DataFrame:
    """All extracts of a table, the newest version of each key."""
    paths = sorted(p for p in landing.iterdir() if table_of(p) == table)
    return pl.concat([read_extract(p) for p in paths]).unique(KEYS[table], keep="last", maintain_order=True)
