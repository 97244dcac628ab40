"""The mail of the monthly report: one message per recipient who may see the whole company, and a preview per language. Nothing is sent."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.config.models import Locale, Recipient
from orchestration.delivery.lint import lint_message, refuse_faults
from orchestration.delivery.mails import build_mail, reply_address, split_by_scope, unsubscribe_address
from orchestration.delivery.message import Envelope
from orchestration.delivery.parts import draw_pictures
from orchestration.delivery.preview import render_preview
from orchestration.pipeline.assets.reports import REPORT_FILES, read_view, report_parameters
from orchestration.pipeline.resources import Warehouse
from orchestration.reports.frames import REPORT_CODE
from orchestration.reports.mail_page import MailPage
from orchestration.reports.monthly_executive_mail import build_monthly_executive_mail
from orchestration.reports.render import build_environment
from orchestration.warehouse.files import disk_errors, write_durably

MAIL = dg.AssetKey(["reports", "monthly_executive_mail"])
FILE_MODE, FOLDER_MODE = 0o600, 0o700


@dg.asset(key=MAIL, deps=[REPORT_FILES], group_name="reports")
def monthly_executive_mail(warehouse: Warehouse) -> dg.MaterializeResult:
    """One .eml per recipient of the whole company and one preview page per language; recipients bound to regions are left out."""
    whole, scoped = split_by_scope(warehouse.config.recipients.recipients, REPORT_CODE)
    folder = warehouse.out / "mail" / f"{warehouse.report_month:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    locales = warehouse.config.workspace.locales
    names = [name for locale in locales for name in _write_language(warehouse, folder, locale, _readers(whole, locale, locales))]
    _remove_others(folder, names)
    reason = "editions for single regions are not built yet, and the whole report is not theirs to see"
    left_out = {recipient.name: f"{reason} ({', '.join(recipient.regions)})" for recipient in scoped}
    return dg.MaterializeResult(metadata={"mails": sum(name.endswith(".eml") for name in names), "files": names, "left_out": left_out})


def _readers(recipients: tuple[Recipient, ...], locale: Locale, locales: tuple[Locale, ...]) -> list[Recipient]:
    """Recipients who read that language; the workspace's first one also goes to those whose own language it does not write."""
    return [recipient for recipient in recipients if (recipient.locale if recipient.locale in locales else locales[0]) == locale]


def _remove_others(folder: Path, names: list[str]) -> None:
    """Nothing; gone is what an earlier run wrote for people who are no recipients any more, once the new mails are whole."""
    for file in (*folder.glob(f"{REPORT_CODE}_*.eml"), *folder.glob("preview_*.html")):
        if file.name not in names:
            file.unlink()


def _write_language(warehouse: Warehouse, folder: Path, locale: Locale, recipients: list[Recipient]) -> Iterator[str]:
    """Names of the files written: the first recipient's preview, then every mail. Raises RenderError where a mail fails its checks."""
    if not recipients:
        return
    mails = list(_build_mails(warehouse, locale, recipients))
    preview = f"preview_{locale}.html"
    _write(folder / preview, render_preview(build_environment(locale), mails[0]))
    yield preview
    for number, mail in enumerate(mails, start=1):
        refuse_faults(lint_message(mail))
        name = f"{REPORT_CODE}_{locale}.eml" if number == 1 else f"{REPORT_CODE}_{locale}_{number}.eml"
        _write(folder / name, mail.as_bytes().decode("ascii"))
        yield name


def _write(path: Path, content: str) -> None:
    """Nothing; the file is whole and its owner's alone: it names recipients."""
    with disk_errors(path):
        write_durably(path, content)
    path.chmod(FILE_MODE)


def _build_mails(warehouse: Warehouse, locale: Locale, recipients: list[Recipient]) -> Iterator[EmailMessage]:
    """The same page to each recipient of a language; its charts are drawn once."""
    lists = warehouse.config.recipients
    view, environment = read_view(warehouse, locale), build_environment(locale)
    page = build_monthly_executive_mail(view, report_file=f"{REPORT_CODE}_{locale}.html", unsubscribe_address=unsubscribe_address(lists))
    pictures = draw_pictures(environment, page)
    for recipient in recipients:
        yield build_mail(environment, page, _envelope(warehouse, page, recipient), pictures)


def _envelope(warehouse: Warehouse, page: MailPage, recipient: Recipient) -> Envelope:
    lists, workspace = warehouse.config.recipients, warehouse.config.workspace
    return Envelope(
        report_code=REPORT_CODE, period=f"{warehouse.report_month:%Y-%m}", version=report_parameters(warehouse.config).version,
        language=page.language, subject=page.subject, moment=warehouse.as_of.replace(tzinfo=ZoneInfo(workspace.time_zone)),
        sender_name=lists.sender_name, sender_address=lists.sender_address, recipient_name=recipient.name,
        recipient_address=recipient.address, reply_address=reply_address(lists, workspace.answers_contact),
        list_id=lists.list_id, unsubscribe_address=unsubscribe_address(lists),
    )  # fmt: skip
