"""Records that belong in quarantine, each cause once, and one key sent twice: bytes added to an extract."""

SENT_TWICE = "sent_twice"
DIRT: dict[str, tuple[str, bytes]] = {
    "complaint_events_2026-10-01.csv.gz": ("required", ",答复,2026-09-11 10:20,us,E031\n".encode()),
    "deliveries_2026-10-01.csv.gz": (
        "type",
        "W260999901,NG-104729,2026-09-08 10:00,2026-09-09 10:00,2026-09-08 10:02,2026-09-08 10:09,,,,,,运输中,"
        "N1,3 boxes,,,华北,E002\n".encode(),
    ),
    "complaints_2026-10-01.csv.gz": (
        "format",
        "T26099901,C0020,2026年9月3日上午,2026/09/08 10:00,,处理中,账单错误,热线,账务部,未定,华南,E001,本月账单金额与合同不符。\n".encode(
            "gb18030"
        ),
    ),
    "survey_web_2026-10-01.csv.gz": (
        "range",
        ("R260999901,C0031,2026-09-14 16:40,,," + ",".join(["4", "5"] * 2 + ["7", "4"] + ["4", "4"] * 15) + ",4,8,\n").encode(),
    ),
    "callbacks_2026-09-01.csv": ("map", "T26080001,2026-08-20 15:10,占线,,\n".encode()),
    "customer_months_2026-10-01.csv.gz": ("fields", b"C0042,2026-09,1,204,310.50,901200.00,17,2\n"),
    "complaint_events_2026-11-01.csv.gz": ("encoding", "T26100001,答复,2026-10-12 10:20,us,E0\ufffd1\n".encode()),
    "deliveries_2026-11-01.csv.gz": (SENT_TWICE, b""),
}
"""File name -> (rule of quarantine, bytes to add); `sent_twice` repeats the first record with another status: the later one counts."""


def spoiled(name: str, content: bytes) -> bytes:
    """The content of the extract called `name` with its bad record at the end; any other file as it is."""
    if name not in DIRT:
        return content
    rule, added = DIRT[name]
    if rule == SENT_TWICE:
        first = content.split(b"\n")[1]
        added = first.replace("签收".encode(), "退回".encode()) + b"\n"
    return content + added
