"""Every compiled model also parses as Spark SQL and uses none of the functions that mean something else there."""

import pytest
import sqlglot
from sqlglot import exp
from support.dbt_fixture import compile_models, create_warehouse, insert_rows

BANNED_TYPES = (exp.DayOfWeekIso, exp.DayOfWeek, exp.TimeToStr, exp.DateDiff)
BANNED_NAMES = {"epoch_us", "epoch", "isodow", "list_aggregate"}
BANNED_TWINS = ("quantile_cont", "arg_max", "arg_min")
BANNED_PARTS = {"ISODOW", "DOW"}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Name and SQL of every model, compiled against a warehouse that has one metric per family and nothing else."""
    folder = tmp_path_factory.mktemp("spark")
    warehouse = folder / "warehouse.duckdb"
    create_warehouse(warehouse)
    _register_metrics(warehouse)
    return compile_models(warehouse)


def _register_metrics(warehouse):
    import duckdb

    fields = {"metric_order": 1, "base_kind": "rows", "breakdown_code": "none", "fingerprint": "f"}
    with duckdb.connect(str(warehouse)) as con:
        rows = [
            {"metric_code": f, "family_code": f, "numerator_sql": "sum(1)", "denominator_sql": "count(*)", **fields}
            for f in ("complaints", "deliveries", "stages")
        ]
        insert_rows(con, "config.metrics", rows)


def test_all_models_are_compiled(compiled):
    assert len(compiled) > 30
    assert all(compiled.values())


def test_spark_parses_every_model(compiled):
    for name, sql in compiled.items():
        assert sqlglot.parse_one(sql, read="spark"), name


def differing(sql: str) -> set[str]:
    """What a statement uses that Spark lacks or reads otherwise: functions, parts of dates, ordered lists of texts."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    found = {type(node).__name__ for node in tree.find_all(*BANNED_TYPES)}
    found |= {node.name.lower() for node in tree.find_all(exp.Anonymous) if node.name.lower() in BANNED_NAMES}
    found |= {node.name for node in tree.find_all(exp.Extract) if node.name.upper() in BANNED_PARTS}
    found |= {"ordered string_agg" for node in tree.find_all(exp.GroupConcat) if node.find(exp.Order)}
    # the parser gives these the name of their twin (max_by, percentile_cont), so they are sought in the text
    return found | {name for name in BANNED_TWINS if f"{name}(" in sql.lower()}


def unsaid_nulls(sql: str) -> int:
    """How many orderings leave to the engine where nulls stand."""
    orderings = len(list(sqlglot.parse_one(sql, read="duckdb").find_all(exp.Ordered)))
    return orderings - sql.lower().count("nulls first") - sql.lower().count("nulls last")


def test_no_function_differs(compiled):
    assert {name: differing(sql) for name, sql in compiled.items() if differing(sql)} == {}


def test_every_order_says_where_nulls_stand(compiled):
    assert {name: unsaid_nulls(sql) for name, sql in compiled.items() if unsaid_nulls(sql) > 0} == {}


@pytest.mark.parametrize(
    "expression",
    [
        "quantile_cont(x, 0.5)",
        "isodow(d)",
        "epoch_us(a)",
        "date_diff('day', a, b)",
        "arg_max(a, b)",
        "extract(isodow from d)",
        "string_agg(a, ',' order by b)",
    ],
)
def test_the_law_sees_what_differs(expression):
    assert differing(f"select {expression} from t")


def test_the_law_sees_an_order_without_nulls():
    assert unsaid_nulls("select row_number() over (order by a) from t") == 1
    assert unsaid_nulls("select row_number() over (order by a nulls first) from t") == 0
