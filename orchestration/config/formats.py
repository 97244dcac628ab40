"""strptime formats of a contract: whether one reads a whole time or loses a part of it."""

import re

from orchestration.schemas.columns import Kind

FORMAT_ADVICE = "write the whole of it in strptime letters, e.g. '%d.%m.%Y %H:%M'; empty: ISO 8601"


def format_fault(form: str, kind: Kind) -> str:
    """What of a date or time the strptime format leaves out, although it reads a smaller part or stands there; empty: nothing."""
    if not form or kind not in ("date", "timestamp"):
        return ""
    if form.endswith("Z") and not form.endswith("%Z"):
        return "takes the Z that says UTC for a letter (write %z)"
    has = set(re.findall(r"%-?([A-Za-z])", form))
    for wanted, because, what in FORMAT_PARTS:
        if has & set(because) and not has & set(wanted):
            return f"reads no {what}"
    return "" if has & set("Yy") else "reads no year"


FORMAT_PARTS = (
    ("HI", "MS", "hours"), ("M", "HIS", "minutes"), ("p", "I", "AM or PM beside the twelve hours"),
    ("I", "p", "twelve hours beside AM or PM"), ("mbBj", "Yyd", "month"), ("dj", "HI", "day"),
)  # fmt: skip
"""One of these strptime letters is needed where one of those stands; what is missing otherwise."""
