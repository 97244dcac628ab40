"""A mail as MIME: plain text, HTML with its pictures, and headers that are the same whenever the mail is built again. Nothing is sent."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from orchestration.delivery.pictures import Picture
from orchestration.errors import DeliveryError

SEVEN_BIT = SMTP.clone(cte_type="7bit")
"""Servers that know no eight-bit bodies take it too."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_LONGEST_ADDRESS = 254
_DIGITS = 32


@dataclass(frozen=True)
class Envelope:
    """Who gets which report from whom: all that the headers are made of. `moment` carries its time zone."""

    report_code: str
    period: str
    version: int
    language: str
    subject: str
    moment: datetime
    sender_name: str
    sender_address: str
    recipient_name: str
    recipient_address: str
    reply_address: str = ""
    list_id: str = ""
    unsubscribe_address: str = ""

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self.sender_address.rpartition("@")[2]

    @property
    def identity(self) -> str:
        """Hash of report, period, version and recipient: two mails of one identity are one mail."""
        text = "\n".join((self.report_code, self.period, str(self.version), self.recipient_address.lower()))
        return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def picture_id(envelope: Envelope, code: str) -> str:
    """Content id of a picture, unique to its message."""
    return f"{code}.{envelope.identity}@{envelope.domain}"


def build_message(envelope: Envelope, *, html: str, text: str, pictures: Sequence[Picture]) -> EmailMessage:
    """The mail: alternative(plain text, related(HTML, pictures)); the same arguments give the same bytes.

    Raises DeliveryError for an address or header that could smuggle in another header, and for a time without zone.
    """
    check_envelope(envelope)
    message = EmailMessage(policy=SEVEN_BIT)
    for name, value in _headers(envelope):
        message[name] = value
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = envelope.language
    body = list(message.iter_parts())[1]
    assert isinstance(body, EmailMessage)
    for picture in pictures:
        content_id = f"<{picture_id(envelope, picture.code)}>"
        body.add_related(picture.png, "image", "png", cid=content_id, filename=f"{picture.code}.png", disposition="inline")
    _fix_boundaries(message, envelope.identity)
    return message


def _headers(envelope: Envelope) -> list[tuple[str, str | Address]]:
    sender = _address(envelope.sender_name, envelope.sender_address)
    reply = envelope.reply_address or envelope.sender_address
    report = envelope.report_code.replace("_", "-")
    return [
        ("Subject", envelope.subject),
        ("From", sender),
        ("To", _address(envelope.recipient_name, envelope.recipient_address)),
        ("Reply-To", _address("", reply)),
        ("Date", format_datetime(envelope.moment)),
        ("Message-ID", f"<{envelope.identity}.{report}@{envelope.domain}>"),
        ("Auto-Submitted", "auto-generated"),
        ("List-Id", f"<{envelope.list_id or f'{report}.{envelope.domain}'}>"),
        ("List-Unsubscribe", f"<mailto:{envelope.unsubscribe_address or envelope.sender_address}?subject=unsubscribe>"),
    ]


def _address(name: str, address: str) -> Address:
    user, _, domain = address.rpartition("@")
    return Address(display_name=name, username=user, domain=domain)


def check_envelope(envelope: Envelope) -> None:
    """Nothing, or DeliveryError: a header holds a control character, an address is none, the time has no zone."""
    for name in ("subject", "sender_name", "recipient_name", "report_code", "period", "language", "list_id"):
        _refuse_control(name, getattr(envelope, name))
    for name in ("sender_address", "recipient_address", "reply_address", "unsubscribe_address"):
        address = getattr(envelope, name)
        if (address or name in {"sender_address", "recipient_address"}) and not _is_address(address):
            hint = "one address, such as board@example.com, without name, comma or line break"
            raise DeliveryError(f"{name} {address!r} is no mail address", where="config/recipients.yaml", hint=hint)
    if re.search(r"[<>\s]", envelope.list_id):
        raise DeliveryError(f"list_id {envelope.list_id!r} holds a space or a bracket", where="config/recipients.yaml")
    if envelope.moment.tzinfo is None:
        raise DeliveryError("the time of the mail has no zone", hint="give the workspace's time zone with it")


def _refuse_control(name: str, value: str) -> None:
    """Line breaks end a header; invisible direction marks make one read as another."""
    found = [letter for letter in value if unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cf"}]
    if found:
        codes = ", ".join(f"U+{ord(letter):04X}" for letter in found)
        raise DeliveryError(f"{name} {value!r} holds {codes}", where="mail header", hint="write it on one line, in visible letters")


def find_address(text: str) -> str:
    """The first mail address within `text`; empty where there is none."""
    found = _ADDRESS.search(text)
    return found.group() if found else ""


def _is_address(text: str) -> bool:
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


def _fix_boundaries(message: EmailMessage, identity: str) -> None:
    """Boundaries from the mail's identity instead of chance."""
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts):
        part.set_boundary(f"={identity}={number}=")
