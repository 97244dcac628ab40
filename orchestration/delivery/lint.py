"""Checks of a finished mail, each computed from its bytes: what a reader's program cuts, hides or cannot show."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from orchestration.delivery.lint_html import Page, Row, contrast, read_page
from orchestration.delivery.pictures import missing_fonts
from orchestration.delivery.plain import columns
from orchestration.errors import RenderError

HTML_LIMIT_KB, WHOLE_LIMIT_KB = 90, 10_000
"""Gmail cuts HTML near 102 kB; servers refuse mails above some 10 MB."""
LONGEST_LINE = 78
LEAST_CONTRAST = 4.5
HEADERS = ("Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted", "List-Id", "List-Unsubscribe", "Content-Language")
FORBIDDEN_TAGS = frozenset(
    {"script", "svg", "iframe", "object", "embed", "form", "input", "video", "audio", "link", "base", "style", "canvas"}
)
FORBIDDEN_STYLES = frozenset({"position", "float", "transform", "animation", "grid-template-columns", "flex-direction", "flex"})
NUMBER = re.compile(r"[+\u2212-]?\d[\d,]*(?:\.\d+)?")
_KB = 1000
_BETWEEN_CHINESE = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef]) (?=[\u2e80-\u9fff\uff00-\uffef])")
_PNG = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPE, _RGB, _RGBA, _OPAQUE = 25, 2, 6, 255


@dataclass(frozen=True)
class LintFinding:
    """One check: whether the mail passes, and what was found."""

    check: str
    is_ok: bool
    detail: str = ""


@dataclass(frozen=True)
class MailParts:
    """The parts of a mail, taken apart."""

    message: EmailMessage
    html: str
    text: str
    pictures: dict[str, bytes]
    page: Page


def take_apart(message: EmailMessage) -> MailParts:
    """HTML, plain text and pictures by content id."""
    html = text = ""
    pictures: dict[str, bytes] = {}
    for part in message.walk():
        if part.get_content_type() == "text/html":
            html = str(part.get_content())
        elif part.get_content_type() == "text/plain":
            text = str(part.get_content())
        elif part.get_content_maintype() == "image":
            pictures[str(part["Content-ID"]).strip("<>")] = bytes(part.get_payload(decode=True) or b"")
    return MailParts(message, html, text, pictures, read_page(html))


def lint_message(message: EmailMessage) -> tuple[LintFinding, ...]:
    """Every check with its result; a failed one names what it found."""
    parts = take_apart(message)
    findings = []
    for check, find in CHECKS.items():
        faults = list(find(parts))
        findings.append(LintFinding(check, not faults, "; ".join(faults)))
    return tuple(findings)


def refuse_faults(findings: Iterable[LintFinding]) -> None:
    """Nothing, or RenderError naming every failed check; missing fonts alone spoil a picture's look, not the mail."""
    failed = [finding for finding in findings if not finding.is_ok and finding.check != "fonts"]
    if failed:
        what = "; ".join(f"{finding.check}: {finding.detail}" for finding in failed)
        raise RenderError(f"the mail fails its checks: {what}", where="templates/mail.html.j2", hint="look at the preview beside it")


def html_size(message: EmailMessage) -> int:
    """Bytes of the HTML part as it travels, after transfer encoding."""
    return sum(len(str(part.get_payload()).encode()) for part in message.walk() if part.get_content_type() == "text/html")


def _pictures(parts: MailParts) -> Iterator[str]:
    for image in parts.page.images:
        name = image.get("src", "image without address")
        if not image.get("alt", "").strip():
            yield f"{name} has no text"
        if not image.get("width", "").isdigit():
            yield f"{name} has no width"
    for code, png in parts.pictures.items():
        if not _is_opaque(png):
            yield f"{code} is transparent or no PNG"


def _is_opaque(png: bytes) -> bool:
    """True where a PNG has no transparency, or its first pixel none: the ground is drawn first and covers all."""
    if not png.startswith(_PNG):
        return False
    if png[_COLOUR_TYPE] != _RGBA:
        return png[_COLOUR_TYPE] == _RGB
    start = png.index(b"IDAT")
    length = int.from_bytes(png[start - 4 : start])
    return zlib.decompressobj().decompress(png[start + 4 : start + 4 + length], 5)[4] == _OPAQUE


def _content_ids(parts: MailParts) -> Iterator[str]:
    used = [image.get("src", "").removeprefix("cid:") for image in parts.page.images]
    attached = [str(part["Content-ID"]).strip("<>") for part in parts.message.walk() if part.get_content_maintype() == "image"]
    yield from (f"{code} attached twice" for code in sorted(set(attached)) if attached.count(code) > 1)
    yield from (f"{code} is used {used.count(code)} times" for code in sorted(set(attached)) if used.count(code) != 1)
    yield from (f"{code} is not attached" for code in sorted(set(used) - set(attached)))


def _plain_part(parts: MailParts) -> Iterator[str]:
    if not parts.text.strip():
        yield "there is none"
    for number, line in enumerate(parts.text.splitlines(), start=1):
        if columns(line) >= LONGEST_LINE:
            yield f"line {number} has {columns(line)} columns"


def _same_numbers(parts: MailParts) -> Iterator[str]:
    """Each row of figures stands in the text in the same order: its name, then its numbers."""
    text = _unwrapped(parts.text)
    position = 0
    for row in parts.page.rows:
        found = _find_row(text, row, position)
        if found < 0:
            yield f"row {row.name!r} with {', '.join(_numbers(row))}"
        else:
            position = found
    known = set(NUMBER.findall(text))
    printed = [number for item in parts.page.texts for number in NUMBER.findall(item.text) if "." in number]
    yield from (f"{number} is missing" for number in dict.fromkeys(printed) if number not in known)


def _unwrapped(text: str) -> str:
    """One line: spaces and line breaks become one space, and none between Chinese letters, where a line may break anywhere."""
    return _BETWEEN_CHINESE.sub("", " ".join(text.split()))


def _numbers(row: Row) -> list[str]:
    return [number for cell in row.cells for number in NUMBER.findall(cell)]


def _find_row(text: str, row: Row, start: int) -> int:
    """Where the row ends in the text, at or after `start`; -1 where its name is not followed by just its numbers."""
    name = _unwrapped(row.name)
    at = text.find(name, start)
    while at >= 0:
        wanted = _numbers(row)
        found = [match for match, _ in zip(NUMBER.finditer(text, at + len(name)), wanted, strict=False)]
        if [match.group() for match in found] == wanted:
            return found[-1].end() if found else at + len(name)
        at = text.find(name, at + 1)
    return -1


def _client_subset(parts: MailParts) -> Iterator[str]:
    page = parts.page
    yield from (f"<{tag}>" for tag in sorted(page.tags & FORBIDDEN_TAGS))
    yield from (f"handler {name}" for name in page.handlers)
    yield from (f"address {address[:60]}" for address in page.addresses if not address.startswith(("cid:", "mailto:")))
    for name, value in dict.fromkeys(page.styles):
        if name in FORBIDDEN_STYLES or "url(" in value or (name == "display" and ("flex" in value or "grid" in value)):
            yield f"style {name}: {value}"
    if not page.language:
        yield "no language"


def _contrast(parts: MailParts) -> Iterator[str]:
    for item in parts.page.texts:
        if not item.color or not item.ground:
            yield f"no colours for {item.text[:30]!r}"
        elif contrast(item.color, item.ground) < LEAST_CONTRAST:
            yield f"{contrast(item.color, item.ground):.2f} for {item.text[:30]!r}"


def _size(parts: MailParts) -> Iterator[str]:
    html, whole = html_size(parts.message), len(parts.message.as_bytes())
    if html > HTML_LIMIT_KB * _KB:
        yield f"HTML {html / _KB:.0f} kB, over {HTML_LIMIT_KB}"
    if whole > WHOLE_LIMIT_KB * _KB:
        yield f"mail {whole / _KB:.0f} kB, over {WHOLE_LIMIT_KB}"


def _headers(parts: MailParts) -> Iterator[str]:
    yield from (f"no {name}" for name in HEADERS if not parts.message[name])


def _fonts(parts: MailParts) -> Iterator[str]:
    """Pictures were drawn with whatever the system has where these are missing."""
    if parts.pictures:
        yield from (f"{name} is not installed" for name in missing_fonts())


CHECKS: dict[str, Callable[[MailParts], Iterator[str]]] = {
    "pictures": _pictures, "content_ids": _content_ids, "plain_part": _plain_part, "same_numbers": _same_numbers,
    "client_subset": _client_subset, "contrast": _contrast, "size": _size, "headers": _headers, "fonts": _fonts,
}  # fmt: skip
