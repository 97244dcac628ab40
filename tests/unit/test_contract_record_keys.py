"""Files whose records have no key of their own: the number of the record stands for it."""

import pytest
from pydantic import ValidationError
from support.loading import Workspace, make_contract

COLUMNS = ({"name": "customer_id", "value": "row-{record}"}, {"name": "valid_from", "value": "2026-01-01"}, {"name": "segment_code"})


def loaded(tmp_path, *records: str) -> Workspace:
    workspace = Workspace(tmp_path, make_contract(COLUMNS, table="crm_customers", extract="full"))
    workspace.put("a.csv", "segment_code,age\n" + "".join(f"{record}\n" for record in records))
    workspace.night()
    return workspace


def test_records_that_are_alike_are_all_kept(tmp_path):
    workspace = loaded(tmp_path, "retail,30", "retail,30", "key,41")
    found = workspace.rows("select customer_id, segment_code from raw.crm_customers order by 1")
    assert found == [("row-1", "retail"), ("row-2", "retail"), ("row-3", "key")]


def test_a_record_that_cannot_be_read_keeps_its_number(tmp_path):
    workspace = loaded(tmp_path, "retail,30", "retail,30,1", "key,41")
    assert workspace.rows("select customer_id from raw.crm_customers order by 1") == [("row-1",), ("row-3",)]
    assert [record for record, *_ in workspace.quarantined()] == [2]


def test_the_next_file_takes_the_place_of_the_one_before(tmp_path):
    workspace = loaded(tmp_path, "retail,30", "key,41")
    workspace.put("a.csv", "segment_code,age\nretail,31\npublic,41\n")
    workspace.night()
    assert workspace.rows("select customer_id, segment_code from raw.crm_customers order by 1") == [
        ("row-1", "retail"),
        ("row-2", "public"),
    ]


def test_numbers_that_begin_anew_need_a_file_that_holds_everything():
    with pytest.raises(ValidationError, match="begins anew in each file"):
        make_contract(COLUMNS, table="crm_customers")
