"""What a night leaves that a check has held back: a page per language and a mail to the operators instead of the report and its mail."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import dagster as dg
import polars as pl

from orchestration.config.models import Locale
from orchestration.delivery.mails import reply_address, unsubscribe_address
from orchestration.delivery.message import Envelope, build_message
from orchestration.pipeline.night import HELD_MAIL, HELD_PAGE
from orchestration.reports.formatting import DASH
from orchestration.reports.held_back import FailedCheck, HeldBack, build_held_back
from orchestration.reports.render import render_held_back
from orchestration.schemas.reported import FIGURES
from orchestration.warehouse.files import disk_errors, share, write_durably

if TYPE_CHECKING:
    from orchestration.pipeline.resources import Warehouse

SHARED_FILE, SHARED_FOLDER, PRIVATE_FILE, PRIVATE_FOLDER = 0o640, 0o750, 0o600, 0o700


def blocked_checks(instance: dg.DagsterInstance, run_id: str) -> tuple[FailedCheck, ...]:
    """Every blocking check that failed in the run, in its order; empty where something else ended it."""
    events = (entry.dagster_event for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION))
    found = [event.asset_check_evaluation_data for event in events if event is not None]
    failed = [check for check in found if not check.passed and check.blocking and check.severity == dg.AssetCheckSeverity.ERROR]
    return tuple(FailedCheck(f"{'.'.join(check.asset_key.path)}: {check.check_name}", _message(check)) for check in failed)


def _message(check: dg.AssetCheckEvaluation) -> str:
    """What the check says of itself; a dash where it says nothing."""
    told = check.metadata.get("message")
    return str(told.value) if told else DASH


def write_held_back(warehouse: "Warehouse", failed: tuple[FailedCheck, ...]) -> None:
    """Nothing; the month's folder says in every language that it is held back, and a mail to those who answer for it lies beside it."""
    settings, month = warehouse.config.workspace, f"{warehouse.report_month:%Y-%m}"
    pages, mails = warehouse.out / "reports" / month, warehouse.out / "mail" / month
    for folder, mode in ((pages, SHARED_FOLDER), (mails, PRIVATE_FOLDER)):
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
    share(pages, SHARED_FOLDER, settings.analysts_group)
    for locale in settings.locales:
        view = _view(warehouse, failed, locale)
        page, mail = pages / HELD_PAGE.format(locale=locale), mails / HELD_MAIL.format(locale=locale)
        _write(page, render_held_back(view))
        share(page, SHARED_FILE, settings.analysts_group)
        _write(mail, _mail(warehouse, view).decode("ascii"))
        mail.chmod(PRIVATE_FILE)


def _view(warehouse: "Warehouse", failed: tuple[FailedCheck, ...], locale: Locale) -> HeldBack:
    company = warehouse.config.workspace.company
    return build_held_back(
        failed, company=company.zh or company.en if locale == "zh" else company.en, month=warehouse.report_month, moment=warehouse.as_of,
        published=next(_last_published(warehouse), None), locale=locale,
    )  # fmt: skip


def _last_published(warehouse: "Warehouse") -> Iterator[pl.DataFrame]:
    """Figures of the newest month of the published file, in their last version."""
    if (warehouse.out / "current.duckdb").exists():
        figures = warehouse.read_published(FIGURES.name)
        newest = figures.filter(pl.col("month_start_date") == pl.col("month_start_date").max())
        yield newest.filter(pl.col("version") == pl.col("version").max())


def _write(path: Path, content: str) -> None:
    with disk_errors(path):
        write_durably(path, content)


def _mail(warehouse: "Warehouse", view: HeldBack) -> bytes:
    """The same words to the address that answers questions about the report; it goes to no reader of the report."""
    lists, workspace = warehouse.config.recipients, warehouse.config.workspace
    operators = reply_address(lists, workspace.answers_contact)
    envelope = Envelope(
        report_code="held_back", period=f"{warehouse.as_of:%Y-%m-%d}", version=1, language=view.language, subject=view.subject,
        moment=warehouse.as_of.replace(tzinfo=ZoneInfo(workspace.time_zone)), sender_name=lists.sender_name,
        sender_address=lists.sender_address, recipient_name="", recipient_address=operators, reply_address=operators,
        list_id=lists.list_id, unsubscribe_address=unsubscribe_address(lists),
    )  # fmt: skip
    return build_message(envelope, html=render_held_back(view), text=view.text, pictures=()).as_bytes()
