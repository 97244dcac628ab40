"""The tables of out/state.sqlite, version by version, and the rows that are read from them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RunState = Literal["running", "succeeded", "unchanged", "failed"]
GenerationState = Literal["prepared", "published", "withdrawn", "retired", "abandoned"]

MIGRATIONS = (
    """
    create table extract_files (
        extract_file_id integer primary key, sha256 text not null unique, file_name text not null,
        n_bytes integer not null, known_at text not null);
    create table extract_names (
        name text not null, size integer not null, mtime_ns integer not null, sha256 text not null, known_at text not null,
        primary key (name, size, mtime_ns, sha256));
    create table runs (
        run_id integer primary key, as_of text not null, started_at text not null, ended_at text,
        state text not null, input_hash text not null, message text not null default '');
    create table generations (
        code text primary key, as_of text not null, parent text, input_hash text not null, sha256 text not null,
        n_bytes integer not null, published_at text not null, state text not null);
    create table pointer_moves (
        move_id integer primary key, code text not null, moved_at text not null, reason text not null);
    """,
    """
    create table fetched_files (
        place text primary key, version text not null, name text not null, fetched_at text not null);
    create table fetches (contract_code text primary key, as_of text not null, n_files integer not null, message text not null);
    """,
    """
    create table deliveries (
        extract_file_id integer primary key, sha256 text not null, file_name text not null,
        n_bytes integer not null, known_at text not null);
    create index deliveries_by_content on deliveries (sha256);
    insert into deliveries select extract_file_id, sha256, file_name, n_bytes, known_at from extract_files;
    create table sightings (
        sighting_id integer primary key, file_name text not null, n_bytes integer not null, changed_ns integer not null,
        extract_file_id integer not null references deliveries, known_at text not null);
    create index sightings_by_name on sightings (file_name, sighting_id);
    insert into sightings (file_name, n_bytes, changed_ns, extract_file_id, known_at)
        select n.name, n.size, n.mtime_ns, f.extract_file_id, n.known_at
        from extract_names n join extract_files f using (sha256) order by n.rowid;
    insert into sightings (file_name, n_bytes, changed_ns, extract_file_id, known_at)
        select file_name, n_bytes, 0, extract_file_id, known_at from deliveries d
        where not exists (select 1 from sightings s where s.extract_file_id = d.extract_file_id and s.file_name = d.file_name);
    drop table extract_names;
    drop table extract_files;
    """,
    """
    create table promises (
        extract_file_id integer primary key references deliveries, told_by text not null, n_records integer, n_bytes integer, sha256 text);
    """,
    """
    create table discards (
        extract_file_id integer not null, contract_code text not null, record_number integer not null,
        reason text not null, discarded_by text not null, discarded_at text not null,
        primary key (extract_file_id, contract_code, record_number));
    create table corrections (
        file_name text not null, position integer not null, extract_file_id integer not null, record_number integer not null,
        primary key (file_name, position));
    """,
    "create table dropped_originals (sha256 text primary key, dropped_at text not null)",
)
"""Statements that lead from one version of the file to the next; the file's version is how many of them it has seen."""


@dataclass(frozen=True)
class ExtractFile:
    """One delivery: a content, the name under which it came, and when it was first there."""

    extract_file_id: int
    sha256: str
    file_name: str
    n_bytes: int
    known_at: datetime


@dataclass(frozen=True)
class Promise:
    """What a manifest says of a file; None: nothing."""

    told_by: str
    n_records: int | None = None
    n_bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Run:
    """One night: its clock, when it began and ended, and how."""

    run_id: int
    as_of: datetime
    started_at: datetime
    ended_at: datetime | None
    state: RunState
    input_hash: str
    message: str


@dataclass(frozen=True)
class Generation:
    """One generation: `prepared` is not yet pointed to, `withdrawn` was rolled back, `retired` has lost its file to retention."""

    code: str
    as_of: datetime
    parent: str | None
    input_hash: str
    sha256: str
    n_bytes: int
    published_at: datetime
    state: GenerationState = "published"


@dataclass(frozen=True)
class SourceFetch:
    """How the source of one contract was met last: night, files brought, and why it could not be used; empty: it could."""

    contract_code: str
    as_of: datetime
    n_files: int
    message: str = ""


@dataclass(frozen=True)
class Discard:
    """The decision to do without one record in quarantine: why, who decided, and when."""

    extract_file_id: int
    contract_code: str
    record_number: int
    reason: str
    discarded_by: str
    discarded_at: datetime


@dataclass(frozen=True)
class Correction:
    """One record of a correction file, by its place there, and the record in quarantine for which it was written."""

    file_name: str
    position: int
    extract_file_id: int
    record_number: int
