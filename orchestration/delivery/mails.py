"""The whole mail from one page and one envelope, and who gets it."""

from collections.abc import Iterable
from email.message import EmailMessage

from jinja2 import Environment

from orchestration.config.models import Recipient, Recipients
from orchestration.delivery.message import Envelope, build_message, find_address, picture_id
from orchestration.delivery.parts import Page, draw_pictures, render_html, render_text
from orchestration.delivery.pictures import Picture


def build_mail(environment: Environment, page: Page, envelope: Envelope, pictures: tuple[Picture, ...] | None = None) -> EmailMessage:
    """The message; `pictures` drawn before for the same page are not drawn again. Raises RenderError, DeliveryError."""
    ids = {chart.code: picture_id(envelope, chart.code) for chart in page.pictures}
    html, text = render_html(environment, page, content_ids=ids), render_text(environment, page)
    return build_message(envelope, html=html, text=text, pictures=draw_pictures(environment, page) if pictures is None else pictures)


def split_by_scope(recipients: Iterable[Recipient], report_code: str) -> tuple[tuple[Recipient, ...], tuple[Recipient, ...]]:
    """Recipients of a report who may see the whole company, and those whose regions bound what they may see."""
    own = [recipient for recipient in recipients if recipient.report == report_code]
    return tuple(r for r in own if not r.regions), tuple(r for r in own if r.regions)


def unsubscribe_address(recipients: Recipients) -> str:
    """Where to write to leave the list: the address set for it, else the sender's."""
    return recipients.unsubscribe_address or recipients.sender_address


def reply_address(recipients: Recipients, contact: str) -> str:
    """Where an answer goes: the address in the contact for questions, else the sender's."""
    return find_address(contact) or recipients.sender_address
