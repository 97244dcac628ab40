"""One page that shows a mail as its readers will: desktop, phone, images blocked, plain text, and the computed checks."""

import base64
import re
from dataclasses import dataclass
from email.message import EmailMessage

from jinja2 import Environment
from jinja2.exceptions import TemplateError

from orchestration.delivery.lint import HTML_LIMIT_KB, LintFinding, html_size, lint_message, take_apart
from orchestration.errors import RenderError

TEMPLATE = "preview.html.j2"
DESKTOP, PHONE = 620, 360
"""Widths that leave room beside them for 78 columns of plain text on a page of 1980 px."""
_KB = 1000
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.S)
_SOURCE = re.compile(r'src="cid:([^"]+)"')


@dataclass(frozen=True)
class Preview:
    """What the page places. `shown` and `blocked` are the mail's own HTML, with its pictures and without."""

    language: str
    subject: str
    sender: str
    recipient: str
    html_kb: str
    limit_kb: str
    whole_kb: str
    n_pictures: str
    desktop: int
    phone: int
    shown: str
    blocked: str
    text: str
    findings: tuple[LintFinding, ...]


def build_preview(message: EmailMessage) -> Preview:
    """The mail taken apart and checked."""
    parts = take_apart(message)
    found = _BODY.search(parts.html)
    body = found.group(1) if found else parts.html
    return Preview(
        language=str(message["Content-Language"]), subject=str(message["Subject"]), sender=str(message["From"]),
        recipient=str(message["To"]),
        html_kb=f"{html_size(message) / _KB:.0f}", limit_kb=str(HTML_LIMIT_KB), whole_kb=f"{len(message.as_bytes()) / _KB:.0f}",
        n_pictures=str(len(parts.pictures)), desktop=DESKTOP, phone=PHONE, shown=_with_pictures(body, parts.pictures),
        blocked=_SOURCE.sub('src="data:,"', body), text=parts.text, findings=lint_message(message),
    )  # fmt: skip


def _with_pictures(body: str, pictures: dict[str, bytes]) -> str:
    def embed(match: re.Match[str]) -> str:
        return f'src="data:image/png;base64,{base64.b64encode(pictures.get(match.group(1), b"")).decode()}"'

    return _SOURCE.sub(embed, body)


def render_preview(environment: Environment, message: EmailMessage) -> str:
    """The page as one HTML file. Raises RenderError."""
    try:
        return environment.get_template(TEMPLATE).render(preview=build_preview(message))
    except TemplateError as error:
        raise RenderError(f"the preview cannot be rendered: {error}", where=f"templates/{TEMPLATE}") from error
