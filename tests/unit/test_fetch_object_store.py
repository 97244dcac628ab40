"""S3-compatible stores: every version once, nothing half, nothing told."""

import pytest
from support.loading import FIRST_NIGHT, make_contract
from support.source_servers import QUOTED_SECRET, rest_api, s3_store

from orchestration.warehouse.sources import object_store
from orchestration.warehouse.sources.request import FetchRequest, UnreachableError

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1", "localhost"]),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def store():
    with s3_store() as found:
        yield found


@pytest.fixture
def bucket(store, monkeypatch):
    monkeypatch.setattr(object_store, "BLOCK_BYTES", 100_000)
    address, client = store
    yield address, client
    for one in client.list_objects_v2(Bucket="exports").get("Contents", []):
        client.delete_object(Bucket="exports", Key=one["Key"])


def make_request(landing, address, *, pattern="answers_*.csv", fetched=None, may_replace=True, **given):
    rule = {
        "kind": "s3",
        "connection": "lake",
        "bucket": "exports",
        "prefix": "crm",
        "endpoint_url": address,
        "attempts": 1,
        "timeout_seconds": 5,
        **given,
    }
    contract = make_contract(files={"pattern": pattern}, fetch=rule)
    known = fetched if fetched is not None else {}
    landing.mkdir(exist_ok=True)
    return FetchRequest(
        contract, f"s3://reader:{QUOTED_SECRET}@", landing, FIRST_NIGHT, "UTC",
        is_fetched=lambda place, version: known.get(place) == version, may_replace=lambda path: may_replace,
    )  # fmt: skip


def names(landing):
    return sorted(path.name for path in landing.iterdir())


def test_every_version_comes_once(bucket, tmp_path):
    address, client = bucket
    fetched = {}

    def night():
        for one in object_store.fetch(make_request(tmp_path, address, fetched=fetched)):
            fetched[one.place] = one.version
            yield one.path.name, one.path.read_bytes()

    client.put_object(Bucket="exports", Key="crm/answers_1.csv", Body=b"one")
    client.put_object(Bucket="exports", Key="crm/2026/11/answers_2.csv", Body=b"two")
    client.put_object(Bucket="exports", Key="crm/readme.txt", Body=b"no extract")
    client.put_object(Bucket="exports", Key="crm_old/answers_0.csv", Body=b"beside the folder")
    assert list(night()) == [("answers_1.csv", b"one")]
    assert list(night()) == []
    client.put_object(Bucket="exports", Key="crm/answers_1.csv", Body=b"uno")
    assert list(night()) == [("answers_1.csv", b"uno")]
    client.put_object(Bucket="exports", Key="crm/answers_1.csv", Body=b"one")
    assert list(night()) == [("answers_1.csv", b"one")]
    assert names(tmp_path) == ["answers_1.csv"]


def test_folders_of_keys_become_part_of_the_name(bucket, tmp_path):
    address, client = bucket
    client.put_object(Bucket="exports", Key="crm/day=1/answers.csv", Body=b"one")
    client.put_object(Bucket="exports", Key="crm/day=2/answers.csv", Body=b"two")
    request = make_request(tmp_path, address, pattern="day=*__answers.csv")
    assert [one.path.name for one in object_store.fetch(request)] == ["day=1__answers.csv", "day=2__answers.csv"]


def test_object_below_two_prefixes_comes_under_both_names(bucket, tmp_path):
    address, client = bucket
    client.put_object(Bucket="exports", Key="crm/answers_1.csv", Body=b"one")
    fetched = {}
    for prefix in ("crm", ""):
        for one in object_store.fetch(make_request(tmp_path, address, pattern="*answers_*.csv", prefix=prefix, fetched=fetched)):
            fetched[one.place] = one.version
    assert names(tmp_path) == ["answers_1.csv", "crm__answers_1.csv"]


def test_large_object_is_whole(bucket, tmp_path):
    address, client = bucket
    content = b"".join(b"%d\n" % number for number in range(60_000))
    client.put_object(Bucket="exports", Key="crm/answers_1.csv", Body=content)
    assert len(content) > 2 * object_store.BLOCK_BYTES
    assert [one.path.read_bytes() == content for one in object_store.fetch(make_request(tmp_path, address))] == [True]


def test_object_replaced_while_it_is_read_is_left_for_the_next_night(bucket, tmp_path, monkeypatch):
    address, client = bucket
    client.put_object(Bucket="exports", Key="crm/answers_1.csv", Body=b"1" * (3 * object_store.BLOCK_BYTES))
    client.put_object(Bucket="exports", Key="crm/answers_2.csv", Body=b"two")
    real, is_replaced = object_store.shutil.copyfileobj, []

    def copy(read, target, size):
        if not is_replaced:
            target.write(read.read(10))
            client.put_object(Bucket="exports", Key="crm/answers_1.csv", Body=b"2" * (3 * object_store.BLOCK_BYTES))
            is_replaced.append(True)
        real(read, target, size)

    monkeypatch.setattr(object_store.shutil, "copyfileobj", copy)
    come = object_store.fetch(make_request(tmp_path, address))
    assert next(come).path.name == "answers_2.csv"
    with pytest.raises(UnreachableError, match=r"'answers_1\.csv' was replaced while it was read"):
        next(come)
    assert names(tmp_path) == ["answers_2.csv"]


def test_bucket_that_is_not_there_is_told(bucket, tmp_path):
    with pytest.raises(UnreachableError, match=r"the bucket nowhere of http://127\.0\.0\.1:[0-9]+ is not there"):
        list(object_store.fetch(make_request(tmp_path, bucket[0], bucket="nowhere")))


def test_store_that_is_not_there_is_told_without_its_secret(tmp_path):
    with pytest.raises(UnreachableError, match="cannot be read") as told:
        list(object_store.fetch(make_request(tmp_path, "http://127.0.0.1:1")))
    assert "canary" not in str(told.value)
    assert "the next night tries again" in str(told.value)


@pytest.mark.parametrize(
    ("code", "said"), [(403, "check key and secret in CSAT_CONNECTION_LAKE"), (404, "is not there"), (503, "cannot be read")]
)
def test_store_that_refuses_says_what_to_check(tmp_path, code, said):
    with rest_api(lambda path, given, headers: (code, {}, b"")) as api, pytest.raises(UnreachableError, match=said):
        list(object_store.fetch(make_request(tmp_path, f"http://127.0.0.1:{api.port}")))
    assert len(api.requests) <= 2


def test_busy_store_is_asked_again(tmp_path):
    codes = iter([503, 429, 403])
    with (
        rest_api(lambda path, given, headers: (next(codes), {}, b"")) as api,
        pytest.raises(UnreachableError, match="check key and secret"),
    ):
        list(object_store.fetch(make_request(tmp_path, f"http://127.0.0.1:{api.port}", attempts=3)))
    assert len(api.requests) == 3


LISTING = b"""<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>exports</Name>
<IsTruncated>false</IsTruncated><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><Contents><Key>crm/answers_1.csv</Key><Size>500</Size>
<ETag>"e"</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>"""


def test_connection_lost_in_the_middle_leaves_nothing(tmp_path):
    def answer(path, given, sent):
        if "list-type" in given:
            return 200, {"Content-Type": "application/xml"}, LISTING
        return 200, {"ETag": '"e"', "Content-Length": "500", "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}, b"id,at\n1,2026"

    with rest_api(answer) as api, pytest.raises(UnreachableError, match="cannot be read"):
        list(object_store.fetch(make_request(tmp_path, f"http://127.0.0.1:{api.port}")))
    assert "/exports/crm/answers_1.csv" in [path for path, _, _ in api.requests]
    assert names(tmp_path) == []


def test_names_that_landing_does_not_take_cost_themselves_alone(bucket, tmp_path):
    address, client = bucket
    client.put_object(Bucket="exports", Key="crm/answers_1.csv", Body=b"one")
    client.put_object(Bucket="exports", Key=f"crm/answers_{'x' * 300}.csv", Body=b"long")
    come = object_store.fetch(make_request(tmp_path, address))
    assert next(come).path.name == "answers_1.csv"
    with pytest.raises(UnreachableError, match="rename it"):
        next(come)
    assert names(tmp_path) == ["answers_1.csv"]


def test_file_that_no_night_has_read_is_not_written_over(bucket, tmp_path):
    address, client = bucket
    client.put_object(Bucket="exports", Key="crm/answers_1.csv", Body=b"new")
    (tmp_path / "answers_1.csv").write_bytes(b"waiting")
    request = make_request(tmp_path, address, may_replace=False)
    with pytest.raises(UnreachableError, match="comes the next night"):
        list(object_store.fetch(request))
    assert (tmp_path / "answers_1.csv").read_bytes() == b"waiting"
