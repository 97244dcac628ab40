"""I12: text that was read with the wrong encoding before it came: warned of with count and column, kept, refused only if agreed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from support.loading import Workspace, make_contract

from orchestration.warehouse.checking import check_landing
from orchestration.warehouse.garbled import looks_garbled

COLUMNS = [{"name": "staff_id", "source": "no"}, {"name": "staff_name", "source": "name"}]
COMMENTS = [
    {"name": "response_id", "source": "no"}, {"name": "comment_text", "source": "name"}, {"name": "answered_at", "value": "2025-03-01"},
]  # fmt: skip
TEXTS = (
    "Zoë Müller", "Çağrı Öztürk", "São João", "Łukasz Żółw", "Αθήνα είναι", "Привет, мир", "北门物流", "北门",
    "很不错，下次再来", "こんにちは",
    "고객 만족도", "don’t “quote” me — please…", "女", "😀",
)  # fmt: skip
PLAIN = (
    "„MENÜ“", "«AMANHû", "“AMANHÔ", "CAFÉ…", "CAFÉ’S", "DÉJÀ VU", "NÃO", "KÖ–BAR", "É »", "jääääh", "120 Å³", "±0,5 °C", "¼ ½ ¾", "20 €",
    "Ünlü", "ÄÖÜ", "客户很满意", "张三丰", "溥仪", "洪涛", "淇茶楼上", "A股上涨", "用app眉笔", "№ 5", "ﬁn", "你好😀", "ÇA VA",
    "Müßiggänger", "Þór", "naïve",
)  # fmt: skip


def read_wrongly(text: str, written: str, read: str) -> str:
    return text.encode(written).decode(read, "replace").replace("\ufffd", "?")


READINGS = [(text, "utf-8", read) for text in TEXTS for read in ("latin-1", "cp1252")]
READINGS += [(text, "gbk", "latin-1") for text in ("北门物流", "很不错，下次再来", "张三")]
WRONG = [wrong for reading in READINGS if "?" not in (wrong := read_wrongly(*reading))]
"""Without those in which letters were lost: what is left then may be any text."""
WRONG += [read_wrongly(text, "utf-8", "gbk") for text in ("São João", "Zoë Müller", "北门物流", "北门", "很不错，下次再来")]


def is_garbled(*texts: str) -> list[bool]:
    with duckdb.connect() as con:
        return [bool(row[0]) for row in con.execute(f"select {looks_garbled('t')} from (select unnest(?) as t)", [list(texts)]).fetchall()]


def test_i12_text_read_wrongly_is_told() -> None:
    assert len(WRONG) > 25
    assert [text for text, found in zip(WRONG, is_garbled(*WRONG), strict=True) if not found] == []


def test_i12_real_texts_are_not() -> None:
    assert [text for text, found in zip((*PLAIN, *TEXTS), is_garbled(*PLAIN, *TEXTS), strict=True) if found] == []


def load(folder: Path, content: bytes, **given: object) -> Workspace:
    workspace = Workspace(folder, make_contract(COLUMNS, table="crm_staff", **given))
    workspace.put("a.csv", content)
    return workspace


RECORDS = "no,name\n1,Anna\n2,Zoë\n3,Müller\n"


@pytest.mark.parametrize(
    ("declared", "content"),
    [
        ("utf-8", RECORDS.encode().decode("latin-1").encode()),
        ("latin-1", RECORDS.encode()),
        ("cp1252", RECORDS.encode()),
        ("latin-1", "no,name\n1,Anna\n2,北门物流\n3,很好很好\n".encode("gbk")),
        ("gb18030", "no,name\n1,Anna\n2,北门\n3,物流\n".encode()),
    ],
)
def test_i12_file_is_warned_of_with_count_and_column_and_no_text(tmp_path: Path, declared: str, content: bytes) -> None:
    workspace = load(tmp_path, content, files={"pattern": "*.csv", "encoding": declared})
    told = [str(finding) for finding in check_landing(workspace.contracts, workspace.landing)]
    (result,) = workspace.night()
    (warning,) = result.warnings
    assert (result.state, result.n_loaded) == ("loaded", 3)
    assert warning.startswith("2 texts look as if they were read with the wrong encoding")
    assert "in column name; correct files.encoding" in warning
    assert any(warning in finding for finding in told)
    assert workspace.rows("select column_name, class_code, is_loaded, n_values from ops.extract_values") == [("name", "garbled", True, 2)]
    names = [row[0] for row in workspace.rows("select staff_name from raw.crm_staff where staff_name <> 'Anna'")]
    assert not any(name in text for name in names for text in (warning, *told))
    assert workspace.rows("select warnings from ops.extract_loads") == [(warning,)]


def test_i12_free_text_is_looked_at_too(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path, make_contract(COMMENTS, table="surveys_comments"))
    workspace.put("a.csv", RECORDS.encode().decode("latin-1"))
    (result,) = workspace.night()
    assert [warning.split(" look ")[0] for warning in result.warnings] == ["2 texts"]


@pytest.mark.parametrize(("limit", "state"), [(0.0, "refused"), (0.5, "refused"), (0.7, "loaded"), (1.0, "loaded")])
def test_i12_file_is_refused_only_beyond_the_agreed_share(tmp_path: Path, limit: float, state: str) -> None:
    workspace = load(tmp_path, RECORDS.encode().decode("latin-1").encode(), garbled_limit_share=limit)
    (result,) = workspace.night()
    assert result.state == state
    assert ("garbled_limit_share" in result.reason) == (state == "refused")
    assert len(workspace.rows("from raw.crm_staff")) == (3 if state == "loaded" else 0)


@contextmanager
def texts_of(path: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[str]]]:
    with duckdb.connect() as con:
        con.execute(f"create table t as from read_csv('{path}', all_varchar = true, header = true, max_line_size = 20000000)")
        yield con, [row[0] for row in con.execute("describe t").fetchall()]


@pytest.mark.parametrize(
    "name",
    [
        "tipdm_messages_zh/attachment1_category_tree.csv.gz", "tipdm_messages_zh/attachment3_messages_votes.csv.gz",
        "tipdm_messages_zh/attachment4_messages_with_replies.csv.gz", "zh_reviews/waimai_10k.csv.gz",
        "zh_reviews/ChnSentiCorp_htl_all.csv.gz",
        "olist/olist_order_reviews_dataset.csv.gz", "comcast_complaints/Comcast_telecom_complaints_data.csv.gz",
        "sf311_sample/311_service_requests.csv.gz",
    ],
)  # fmt: skip
def test_i12_real_files_in_three_languages_raise_no_alarm(shared: Callable[[str], Path], name: str) -> None:
    """Above 40,000 texts that are not plain ASCII, in Chinese, Portuguese and English."""
    with texts_of(shared(f"data/{name}")) as (con, columns):
        counts = [f"count(*) filter ({looks_garbled(chr(34) + column + chr(34))})" for column in columns]
        assert set(con.execute(f"select {', '.join(counts)} from t").fetchall()[0]) == {0}
