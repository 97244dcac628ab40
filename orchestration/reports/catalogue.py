"""Texts of one language: the message catalogues of templates/locale and the client's own names of codes."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import polars as pl
from babel.messages.pofile import read_po

from orchestration.config.models import Locale
from orchestration.config.packaged import resource_folder
from orchestration.errors import RenderError

LabelTexts = Mapping[str, tuple[str, str]]
"""kind:code -> (English, Chinese)."""


class Catalogue:
    """Message id -> text in one language."""

    def __init__(self, locale: Locale, messages: Mapping[str, str]) -> None:
        self.locale = locale
        self._messages = messages

    def __contains__(self, message: object) -> bool:
        return message in self._messages

    def text(self, message: str) -> str:
        """The text. Raises RenderError for a message without one: a page never shows a message id."""
        found = self._messages.get(message)
        if not found:
            raise RenderError(
                f"no text for {message!r}", where=f"templates/locale/{self.locale}", hint="add it to the .po catalogues of every language"
            )
        return found

    def plural(self, one: str, many: str, count: int) -> str:
        """The text of one of two messages, as gettext's ngettext."""
        return self.text(one if count == 1 else many)


@cache
def read_catalogue(locale: Locale, templates: Path | None = None) -> Catalogue:
    """The catalogue of a language: every .po file of its folder, read as it is. Raises RenderError where there is none."""
    folder = (templates or resource_folder("templates")) / "locale" / locale
    files = sorted(folder.glob("*.po"))
    if not files:
        raise RenderError("no message catalogue", where=str(folder), hint="reinstall the package")
    messages: dict[str, str] = {}
    for file in files:
        with file.open("rb") as content:
            messages |= {str(message.id): str(message.string) for message in read_po(content, locale=locale) if message.id}
    return Catalogue(locale, messages)


def build_label_texts(
    *, items: pl.DataFrame, stages: pl.DataFrame, metrics: pl.DataFrame, labels: pl.DataFrame
) -> dict[str, tuple[str, str]]:
    """Printed names of items (their short form), stages, metrics and every code of config.labels, by `kind:code`."""
    texts: dict[str, tuple[str, str]] = {}
    texts |= _texts("item", items.select("item_code", "short_en", "short_zh").iter_rows())
    texts |= _texts("stage", stages.select("stage_code", "text_en", "text_zh").iter_rows())
    texts |= _texts("metric", metrics.select("metric_code", "text_en", "text_zh").iter_rows())
    for kind, code, english, chinese in labels.select("kind", "code", "text_en", "text_zh").iter_rows():
        texts[f"{kind}:{code}"] = (english, chinese)
    return texts


def _texts(kind: str, entries: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
    return {f"{kind}:{code}": (english, chinese) for code, english, chinese in entries}


def label_of(texts: LabelTexts, label_code: str | None, locale: Locale) -> str:
    """The printed name of `kind:code`; English where there is no Chinese one, the bare code where there is none."""
    if not label_code:
        return ""
    english, chinese = texts.get(label_code, ("", ""))
    return (chinese if locale == "zh" else english) or english or label_code.split(":", 1)[-1].replace("_", " ")
