"""Every compiled model reads as Spark SQL and uses no function that means something else there."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from support.dbt_fixture import build_marts
from support.dbt_rows import write_small_company

BANNED = (
    "isodow", "quantile_cont", "arg_max", "arg_min", "string_agg", "date_diff", "datediff", "date_sub", "list_aggregate", "epoch",
    "strftime",
    "struct_pack", "unnest", "try_cast", "columns", "exclude", "qualify", "asof", "dayofweek", "any_value", "first",
)  # fmt: skip
ORDER = re.compile(r"order by\s+([^()]*)\)")


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    out = tmp_path_factory.mktemp("portable")
    write_small_company(out / "warehouse.duckdb")
    build_marts(out / "warehouse.duckdb", command="compile")
    return {path.stem: path.read_text("utf-8") for path in Path(out, "dbt", "compiled").rglob("models/**/*.sql")}


def problems_of(sql: str) -> list[str]:
    """What Spark would read otherwise: a syntax it lacks, a banned function, or a float that becomes an integer."""
    tree = sqlglot.parse_one(sql, read="spark", error_level=sqlglot.ErrorLevel.RAISE)
    words = set(re.findall(r"[a-z_]+(?=\s*\()", re.sub(r"'[^']*'", "", sql.lower())))
    found = sorted(words & set(BANNED))
    found += [
        f"order by {keys} lacks nulls first or last" for keys in ORDER.findall(sql.lower()) if keys.count("nulls ") != keys.count(",") + 1
    ]
    found += ["extract(dow)" for node in tree.find_all(exp.Extract) if node.name.lower() in ("dow", "isodow", "epoch")]
    return found


def test_every_model_parses_as_spark_sql(compiled):
    assert len(compiled) > 30
    assert {name: found for name, sql in compiled.items() if (found := problems_of(sql))} == {}


def test_no_float_is_summed(compiled):
    for name, sql in compiled.items():
        for total in sqlglot.parse_one(sql, read="spark").find_all(exp.Sum, exp.Avg):
            assert not isinstance(total, exp.Avg), f"{name}: {total.sql()}"
            assert not any(cast.to.is_type("double", "float") for cast in total.find_all(exp.Cast)), f"{name}: {total.sql()}"


def test_the_law_sees_what_differs():
    assert problems_of("select date_diff('day', a, b) as d from t") == ["date_diff"]
    assert problems_of("select arg_max(a, b) as d from t") == ["arg_max"]
    assert problems_of("select row_number() over (order by a, b) as d from t") == ["order by a, b lacks nulls first or last"]
