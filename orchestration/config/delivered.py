"""How a source delivers: which files, how they are written, when they are due, which records mean no row; parts of a contract."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from orchestration.config.models import MisfitError, Model

FileFormat = Literal["csv", "jsonl", "parquet", "xlsx"]
Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk", "big5", "latin-1", "cp1252"]


class ExtractedAt(Model):
    """When the source extracted the rows: orders the versions of one key."""

    source: Literal["column", "file_name", "first_seen"] = "first_seen"
    column: str = Field(default="", description="source column, with source: column")
    pattern: str = Field(default="", description="regular expression with one group, with source: file_name")
    format: str = Field(default="", description="strptime format of the column or the group; empty: ISO 8601, in a name YYYY-MM-DD")


class Files(Model):
    """Which files of the landing folder the contract reads, and how they are written."""

    pattern: str = Field(description="shell pattern over the bare file name, e.g. answers_*.csv.gz")
    format: FileFormat = "csv"
    compression: Literal["none", "gzip", "zstd", "zip"] = Field(default="none", description="what a CSV or JSON lines file is packed in")
    member: str = Field(
        default="",
        description="zip: shell pattern over the bare name of the one file in the archive that the contract reads; empty: the only one. "
        "Other contracts may read others of the same archive",
    )
    encoding: Encoding = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(min_length=1, max_length=1)] = '"'
    header: bool = True
    sheet: str = Field(default="", description="XLSX: the sheet; empty: the first")
    trailer: str = Field(
        default="",
        description="CSV, JSON lines: regular expression that the last line matches as a whole, with one group: the number of records "
        "before it. The line is no record; a file without it, or with another number, is refused",
    )

    @model_validator(mode="after")
    def _packing_fits(self) -> Self:
        """What is packed is text, and only an archive has members."""
        if self.compression != "none" and self.format in ("parquet", "xlsx"):
            what, hint = f"is {self.compression} around {self.format}, which is compressed by itself", "have it delivered as it is"
            raise MisfitError([(("files", "compression"), what, hint)])
        if self.member and self.compression != "zip":
            raise MisfitError([(("files", "member"), "names a file in an archive", "say `compression: zip`, or leave it out")])
        return self


class Skip(Model):
    """Records that are left out on purpose, and why."""

    column: str = Field(description="source column")
    values: tuple[str, ...]
    reason: str


class Expected(Model):
    """When the next extract is due; what makes a source late."""

    every: Literal["day", "week", "month", "once"] = "day"
    grace_workdays: Annotated[int, Field(ge=0)] = 1
    is_required_for_report: bool = True


class DeletedWhen(Model):
    """Records that say that the row of their key is gone at the source."""

    column: str = Field(description="source column, e.g. the operation of a change log")
    values: Annotated[tuple[str, ...], Field(min_length=1)] = Field(description="its texts that mean deleted, e.g. [D]")
