"""What is named is cut into the same items for everybody, wherever it lies."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkdigits.cluster.cutting import cut
from inkdigits.cluster.storage import find_storage
from inkdigits.cluster.work_items import Names, RowGroups, Shard, WorkItem, from_json, to_json
from inkdigits.errors import PictureError, UsageError
from inkdigits.pictures.finding import find_sources
from inkdigits.samples import LABELS

from .conftest import Bucket

MOUSE = LABELS.with_name("mouse.png").read_bytes()


def names(*named: object, recursive: bool = False, size: int = 1000) -> list[str]:
    return [name for item in cut(map(str, named), recursive=recursive, size=size) for name, _ in item.pictures()]


def parquet(path: Path, rows: int, in_group: int, **columns: object) -> Path:
    pq.write_table(pa.table({"label": list(range(rows)), **columns}), path, row_group_size=in_group)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures in a folder and in one within it, a list of two of them, hidden and other files."""
    (tmp_path / "b").mkdir()
    for name in ("c.png", "a b#%.png", "b/d.JPG", ".hidden.png", "notes.md"):
        (tmp_path / name).write_bytes(MOUSE)
    (tmp_path / "list.txt").write_text("c.png\n\nb/d.JPG\n")
    return tmp_path


@pytest.mark.parametrize("recursive", [False, True])
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_the_order_is_the_local_engines_whatever_the_size(folder: Path, recursive: bool, size: int) -> None:
    named = [str(folder), str(folder / "list.txt"), str(folder / "*.png"), "missing.png"]
    assert names(*named, recursive=recursive, size=size) == find_sources(named, recursive=recursive)


def test_all_pieces_but_the_last_are_full(folder: Path) -> None:
    items = list(cut([str(folder)], recursive=True, size=2))
    assert [len(item.names) for item in items if isinstance(item, Names)] == [2, 1]


def test_a_bucket_is_listed_as_a_folder_is(folder: Path, bucket: Bucket) -> None:
    for path in folder.rglob("*.*"):
        bucket.put(f"in/{path.relative_to(folder)}", path.read_bytes())
    address = f"{bucket.address}/in"
    expected = [name.replace(str(folder), address) for name in find_sources([str(folder)], recursive=True)]
    assert names(address, recursive=True) == expected
    assert names(f"{address}/") == [f"{address}/a b#%.png", f"{address}/c.png"]


def test_lists_in_a_bucket_and_lists_of_addresses_are_read(folder: Path, bucket: Bucket) -> None:
    bucket.put("seven.png", MOUSE)
    wanted = [f"{bucket.address}/seven.png", str(folder / "c.png")]
    bucket.put("list.txt", "\n".join(wanted).encode())
    (folder / "here.txt").write_text("\n".join(wanted))
    assert names(f"{bucket.address}/list.txt") == wanted == names(folder / "here.txt")


def test_a_server_that_stands_in_the_address_hides_nothing(tmp_path: Path, bucket: Bucket) -> None:
    at = f"?endpoint_override={bucket.server.removeprefix('http://')}&scheme=http"
    bucket.put("in/rows.parquet", parquet(tmp_path / "rows.parquet", 1, 1, image=[MOUSE]).read_bytes())
    bucket.put("in/shard.tar", shard(tmp_path / "shard.tar", {"1.png": MOUSE}).read_bytes())
    bucket.put("list.txt", f"{bucket.address}/in/rows.parquet{at}".encode())
    rows, members = f"{bucket.address}/in/rows.parquet{at}#0", f"{bucket.address}/in/shard.tar{at}#1.png"
    assert names(f"{bucket.address}/in{at}") == [rows, members]
    assert names(f"{bucket.address}/list.txt{at}") == [rows]


def test_any_file_system_that_fsspec_knows_will_do() -> None:
    fsspec.filesystem("memory").pipe("/scans/deep/7.png", MOUSE)
    (item,) = cut(["memory://scans"], recursive=True, size=10)
    assert list(item.pictures()) == [("memory://scans/deep/7.png", MOUSE)]


def test_what_is_written_elsewhere_appears_whole() -> None:
    place = find_storage("memory://out/part.bin")

    def stop_halfway() -> None:
        with place.open_whole() as file:
            file.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        stop_halfway()
    assert not place.exists
    place.write_bytes(b"whole")
    assert place.read_bytes() == b"whole"
    assert [info.base_name for info in find_storage("memory://out").children()] == ["part.bin"]


@pytest.mark.parametrize("column", [{"image": [MOUSE] * 10}, {"image": [{"bytes": MOUSE, "path": "7.png"}] * 10}])
@pytest.mark.parametrize("size", [3, 4, 100])
def test_rows_of_parquet_are_pictures(tmp_path: Path, column: dict[str, object], size: int) -> None:
    file = parquet(tmp_path / "rows.parquet", 10, 2, **column)
    items = list(cut([str(tmp_path)], size=size))
    assert [name for item in items for name, _ in item.pictures()] == [f"{file}#{row}" for row in range(10)]
    assert {picture for item in items for _, picture in item.pictures()} == {MOUSE}
    assert len(items) == {3: 3, 4: 3, 100: 1}[size]


def test_a_row_without_a_picture_is_an_empty_one(tmp_path: Path) -> None:
    (item,) = cut([str(parquet(tmp_path / "rows.parquet", 2, 2, image=[None, MOUSE]))], size=10)
    assert [picture for _, picture in item.pictures()] == [b"", MOUSE]


@pytest.mark.parametrize(
    ("columns", "column", "complaint"),
    [
        ({}, "", "it has no column of bytes"),
        ({"left": [MOUSE], "right": [MOUSE]}, "", "name one with --column: left, right"),
        ({"image": [MOUSE]}, "label", "has no column 'label' of pictures; name one with --column: image"),
    ],
)
def test_a_column_that_is_not_clear_is_asked_for(
    tmp_path: Path, columns: dict[str, object], column: str, complaint: str
) -> None:
    file = parquet(tmp_path / "rows.parquet", 1, 1, **columns)
    with pytest.raises(UsageError, match=complaint):
        list(cut([str(file)], column=column, size=10))


def shard(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def test_members_of_a_shard_are_pictures(tmp_path: Path) -> None:
    file = shard(tmp_path / "0.tar", {"1.png": MOUSE, "1.cls": b"8", "2.png": b"", "2.mask.png": b"mask"})
    (item,) = cut([str(tmp_path / "*.tar")], size=1)
    assert dict(item.pictures()) == {f"{file}#1.png": MOUSE, f"{file}#2.png": b"", f"{file}#2.mask.png": b"mask"}
    (item,) = cut([str(file)], column="png", size=1)
    assert [name for name, _ in item.pictures()] == [f"{file}#1.png", f"{file}#2.png"]


def test_damaged_containers_are_errors_of_their_own_and_keep_what_came_before(tmp_path: Path) -> None:
    file = shard(tmp_path / "0.tar", {"1.png": MOUSE, "2.png": bytes(100_000)})
    file.write_bytes(file.read_bytes()[:50_000])
    (item,) = cut([str(file)], size=1)
    first, *_, (name, last) = item.pictures()
    assert first == (f"{file}#1.png", MOUSE)
    assert name == str(file)
    assert isinstance(last, PictureError)
    rows = parquet(tmp_path / "rows.parquet", 9, 9, image=[MOUSE] * 9)
    rows.write_bytes(rows.read_bytes()[:-20])
    assert list(cut([str(rows)], size=1)) == [Names((str(rows),))]


@given(
    st.one_of(
        st.builds(Names, st.lists(st.text(st.characters()), min_size=1).map(tuple)),
        st.builds(RowGroups, st.text(), st.text(), st.tuples(st.integers(), st.integers()), st.integers()),
        st.builds(Shard, st.text(), st.text()),
    )
)
def test_a_piece_is_the_same_after_it_was_written_down(item: WorkItem) -> None:
    assert from_json(json.loads(json.dumps(to_json(item)))) == item


def test_an_empty_source_is_named(tmp_path: Path, bucket: Bucket) -> None:
    bucket.put("empty/notes.md", b"nothing")
    for source in (str(tmp_path), f"{bucket.address}/empty"):
        with pytest.raises(PictureError, match=f"{source} holds no pictures"):
            list(cut([source], size=1))


def test_a_table_without_rows_holds_no_pictures(tmp_path: Path) -> None:
    table = tmp_path / "none.parquet"
    pq.ParquetWriter(table, pa.schema({"image": pa.binary()})).close()
    with pytest.raises(PictureError, match="there are no pictures in what was named"):
        cut([str(table)], size=1)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("s3://no-such-bucket/scans", "it is not there; check the address"),
        ("nowhere://host/scans", "cannot reach nowhere://host"),
    ],
)
@pytest.mark.usefixtures("_bucket_server")
def test_addresses_that_lead_nowhere_are_named(source: str, complaint: str) -> None:
    with pytest.raises((PictureError, UsageError), match=complaint):
        list(cut([source], size=1))


def test_a_bucket_that_denies_access_says_so(bucket: Bucket) -> None:
    bucket.put("in/7.png", MOUSE)
    (item,) = cut([f"{bucket.address}/in"], size=1)
    bucket.deny(denied=True)
    with pytest.raises(PictureError, match=r"access is denied; check the credentials"):
        list(cut([f"{bucket.address}/in"], size=1))
    ((_, error),) = item.pictures()
    assert isinstance(error, PictureError)
    assert error.code == "unreadable"


def test_a_file_that_is_gone_is_an_error_and_a_server_that_is_gone_is_none(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, unreachable = (
        Names((f"{bucket.address}/gone.png",)),
        Names((f"{bucket.address}/7.png?endpoint_override=127.0.0.1:1&scheme=http&region=us-east-1",)),
    )
    ((_, error),) = gone.pictures()
    assert isinstance(error, PictureError)
    assert error.code == "not_found"
    with pytest.raises(OSError, match="NETWORK_CONNECTION"):
        list(unreachable.pictures())


def test_no_more_files_are_in_memory_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    from inkdigits.cluster import work_items

    fetched: list[str] = []
    fetch: Callable[[str], object] = lambda name: fetched.append(name) or b"picture"  # noqa: E731
    monkeypatch.setattr(work_items, "_fetch", fetch)
    pictures = Names(tuple(map(str, range(1000)))).pictures()
    assert [next(pictures)[0] for _ in range(10)] == list(map(str, range(10)))
    pictures.close()
    assert len(fetched) < 40
