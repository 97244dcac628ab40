"""Text that was read with the wrong encoding before it came here, told by its letters.

UTF-8 read as Latin-1 or Windows-1252 gives pairs and triples such as `Ã¼` and `åŒ—`; GBK read so gives pairs of capitals and signs;
UTF-8 read as GBK gives rare Chinese letters in a fixed rhythm, or one within a Latin word. A value counts only where all of it
fits, so names, quotes and dashes of real texts do not. Cyrillic and Greek of one byte a letter cannot be told from Latin.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache

from orchestration.warehouse.connection import quote_text

CLASS = "garbled"
HINT = "correct files.encoding of the contract, or have the source corrected, which may have read them so itself"

MARKS = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
"""What Windows-1252 has at the bytes 80 to 9F."""
ASCII = r"[\x{00}-\x{7f}]"
NEXT = rf"[\x{{80}}-\x{{bf}}{MARKS}]"
LETTER_LIKE = r"[\x{80}-\x{9f}¡-¿ƒˆŠŒŽ˜šœžŸ]"
"""Second bytes that are no dash, quote or space: those stand behind a capital in many a real text."""
WIDE = rf"[à-ï]{NEXT}{NEXT}"
ALL_PAIRED = rf"(?s)(?:{ASCII}|[Â-ß]{NEXT}|{WIDE}|[ð-ô]{NEXT}{NEXT}{NEXT})*"
TELLING = "|".join(
    (
        rf"[ÂÃÄ]{LETTER_LIKE}", r"Å[\x{80}-\x{9f}¡-±´-¿ƒˆŠŒŽ˜šœžŸ]", rf"[Î-Ù]{LETTER_LIKE}{ASCII}*[Î-Ù]{NEXT}",
        rf"[Î-Ù]{NEXT}{ASCII}*[Î-Ù]{LETTER_LIKE}", rf"{WIDE}{ASCII}*{WIDE}", rf"^[ä-é]{NEXT}{NEXT}$",
    )
)  # fmt: skip
CERTAIN = rf"â€[\x{{80}}-\x{{bf}}{MARKS}]|ï»¿|ï¿½|ð[\x{{9f}}Ÿ]{NEXT}{NEXT}|锟斤"
GBK_PAIRED = rf"(?s)(?:{ASCII}|[¡-÷][¡-þ])*"
GBK_TELLING = rf"[°-×][¡-þ](?:{ASCII}|[¡-÷][¡-þ])*[°-×][¡-þ]"
LATIN_LETTERS = "àáãäåçéêíïóõöøüßÄÖÜ"
"""Letters of which the two bytes are a rare letter in GBK; those of è, ë, ô and û are common ones."""


def looks_garbled(text: str) -> str:
    """SQL: true where `text`, a VARCHAR, was read with the wrong encoding somewhere, else false. Plain ASCII costs a length."""
    matches = [f"regexp_matches({text}, {quote_text(part)})" for part in (f"{CERTAIN}|{_read_as_gbk()}", TELLING, GBK_TELLING)]
    paired = [f"regexp_full_match({text}, {quote_text(whole)})" for whole in (ALL_PAIRED, GBK_PAIRED)]
    return (  # a CASE, since only that leaves out what need not be computed
        f"case when strlen({text}) = length({text}) then false when {matches[0]} then true "
        f"when {paired[0]} and {matches[1]} then true when {paired[1]} then {matches[2]} else false end"
    )


def warn_garbled(noted: Counter[tuple[str, str]]) -> tuple[str, ...]:
    """A warning that says how many of the noted values are garbled and where most of them are; none where there is none."""
    columns = _columns(noted)
    if not columns:
        return ()
    column, count = columns.most_common(1)[0]
    where = f"in column {column}" if len(columns) == 1 else f"in {len(columns)} columns, {count} of them in {column}"
    return (f"{columns.total()} texts look as if they were read with the wrong encoding (such as Ã¼ for ü), {where}; {HINT}",)


def count_garbled(noted: Counter[tuple[str, str]]) -> int:
    """How many of the noted values are garbled in the column that has most of them: so many records at least."""
    return max(_columns(noted).values(), default=0)


def _columns(noted: Counter[tuple[str, str]]) -> Counter[str]:
    return Counter({column: count for (column, code), count in noted.items() if code == CLASS})


@cache
def _read_as_gbk() -> str:
    """Pattern of UTF-8 that was read as GBK: three bytes a Chinese letter, so its halves follow each other every three letters."""
    lead, rest = (*range(0xE3, 0xEA), 0xEF), range(0x81, 0xC0)
    rhythm = f"{_letters(lead, rest)}{_letters(rest, lead)}[一-龥]"
    latin = "".join(letter.encode().decode("gbk") for letter in LATIN_LETTERS)
    return f"(?:{rhythm}){{2}}|{rhythm}{_letters(lead, rest)}[?\ufffd]|^{rhythm}$|[A-Za-z][{latin}][a-z]"


def _letters(leads: Iterable[int], trails: Iterable[int]) -> str:
    pairs = (bytes((lead, trail)).decode("gbk", "ignore") for lead in leads for trail in trails)
    return f"[{''.join(sorted(letter for letter in pairs if len(letter) == 1))}]"
