import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from inkdigits.cli.app import app
from inkdigits.samples import LABELS

MOUSE, STRING, BLANK = (LABELS.with_name(name) for name in ("mouse.png", "string-407.jpg", "blank-page.jpg"))


def read(*arguments: object, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["read", *map(str, arguments)], input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of pictures, one of them in a folder of its own, one broken, and a file that is not a picture."""
    (tmp_path / "scans" / "deeper").mkdir(parents=True)
    shutil.copy(STRING, tmp_path / "scans" / "a b ü.jpg")
    shutil.copy(MOUSE, tmp_path / "scans" / "deeper" / "eight.png")
    shutil.copy(BLANK, tmp_path / "scans" / "z.jpg")
    (tmp_path / "scans" / "cut.png").write_bytes(MOUSE.read_bytes()[:200])
    (tmp_path / "scans" / "notes.md").write_text("no picture")
    return tmp_path / "scans"


def test_one_picture_is_its_text_alone() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "inkdigits", "read", STRING], capture_output=True, text=True, check=True
    )
    assert result.stdout == "407\n"
    assert result.stderr == ""


def test_a_blank_picture_is_no_failure() -> None:
    result = read(BLANK, "--single")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no digit found\n")


def test_a_batch_goes_on_after_a_bad_picture(folder: Path) -> None:
    result = read(folder, "--recursive")
    assert result.exit_code == 3
    assert result.stdout.splitlines() == [
        f"{folder}/a b ü.jpg: 407",
        f"{folder}/z.jpg: (no digit)",
        f"{folder}/deeper/eight.png: 8",
    ]
    failure, summary = result.stderr.splitlines()
    assert f"cannot read {folder}/cut.png" in failure
    assert summary == "4 pictures: 2 read, 0 uncertain, 1 without digits, 1 failed"


def test_only_pictures_of_the_folder_itself_are_read_and_others_are_mentioned(folder: Path) -> None:
    result = read(folder)
    assert [line.rpartition("/")[2] for line in result.stdout.splitlines()] == ["a b ü.jpg: 407", "z.jpg: (no digit)"]
    assert f"{folder}: folders in it hold more pictures; --recursive reads them too" in result.stderr
    assert "--recursive" not in read(folder / "deeper").stderr


def test_hidden_files_in_a_folder_are_no_pictures(tmp_path: Path) -> None:
    shutil.copy(MOUSE, tmp_path / "._mouse.png")
    (tmp_path / ".hidden").mkdir()
    shutil.copy(MOUSE, tmp_path / ".hidden" / "mouse.png")
    shutil.copy(MOUSE, tmp_path / "mouse.png")
    assert read(tmp_path, "-r").stdout == "8\n"


def test_a_picture_without_a_suffix_is_found_in_a_folder_by_its_content(tmp_path: Path) -> None:
    shutil.copy(MOUSE, tmp_path / "IMG_0001")
    shutil.copy(MOUSE, tmp_path / "mouse.backup")
    (tmp_path / "Pyramids").write_text("P1 and BM begin a picture, and a text.")
    (tmp_path / "BMX").write_text("BMX: two wheels")
    (tmp_path / "Makefile").write_text("all:")
    os.mkfifo(tmp_path / "pipe")
    result = read(tmp_path)
    assert (result.exit_code, result.stdout) == (0, "8\n")


@pytest.mark.parametrize(
    "address",
    ["https://example.org/7.png?x=[1]", "http://example.org/list.txt", "file:///tmp/7.png", "s3://scans/*.png"],
)
def test_addresses_are_refused(address: str) -> None:
    result = read(address, MOUSE)
    assert result.exit_code == 3
    assert f"inkdigits: {address} is an address, and only files are read; download it first" in result.stderr
    assert result.stdout == f"{MOUSE}: 8\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no*.png", "no file matches the pattern no*.png; check"),
        ("", "there is no file ''; check"),
    ],
)
def test_what_names_nothing_is_told_apart(name: str, said: str) -> None:
    result = read(name)
    assert (result.exit_code, result.stderr.startswith(f"inkdigits: {said}")) == (1, True)


@pytest.mark.parametrize("name", ["missing.txt", "x" * 300, "a\0b.png", "[z-a]*.png", ""])
def test_a_name_of_nothing_does_not_end_the_batch(name: str) -> None:
    result = read(name, MOUSE)
    assert result.exit_code == 3
    assert result.stdout == f"{MOUSE}: 8\n"
    assert "Traceback" not in result.stderr


def test_a_picture_that_is_called_a_list_is_read(tmp_path: Path) -> None:
    shutil.copy(MOUSE, tmp_path / "mouse.txt")
    assert read(tmp_path / "mouse.txt").stdout == "8\n"


def paged(path: Path, *pictures: Path) -> Path:
    """A TIFF or PDF of these pictures."""
    pages = []
    for picture in pictures:
        with Image.open(picture) as image:
            pages.append(image.convert("RGB"))
    pages[0].save(path, save_all=True, append_images=pages[1:])
    return path


def test_every_page_is_a_reading(tmp_path: Path) -> None:
    scan = paged(tmp_path / "scan.tif", STRING, BLANK, MOUSE)
    alone, both = read(scan), read(scan, MOUSE)
    assert alone.stdout == "407\n\n8\n"
    assert alone.stderr.splitlines() == [
        "page 2: no digit found",
        "3 pages in 1 file: 2 read, 0 uncertain, 1 without digits, 0 failed",
    ]
    assert both.stdout.splitlines() == [
        f"{scan}: 407",
        f"{scan}, page 2: (no digit)",
        f"{scan}, page 3: 8",
        f"{MOUSE}: 8",
    ]
    lines = [json.loads(line) for line in read("--jsonl", scan).stdout.splitlines()]
    assert [(line["source"], line["page"], line["text"]) for line in lines] == [
        (str(scan), 1, "407"),
        (str(scan), 2, ""),
        (str(scan), 3, "8"),
    ]


def test_the_pages_after_the_last_that_are_read_are_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("inkdigits.reading.reader.MAX_PAGES", 2)
    result = read("--jsonl", paged(tmp_path / "scan.tif", MOUSE, STRING, MOUSE, BLANK))
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["page"], line["text"]) for line in lines] == [(1, "8"), (2, "407"), (3, "")]
    assert lines[2]["error"]["code"] == "too_many_pages"
    assert result.exit_code == 3


def test_pages_on_standard_input_are_read(tmp_path: Path) -> None:
    scan = paged(tmp_path / "scan.tif", STRING, MOUSE)
    rows = list(csv.DictReader(read("--csv", "-", stdin=scan.read_bytes()).stdout.splitlines()))
    assert [(row["source"], row["page"], row["value"]) for row in rows] == [
        *(("-", "1", value) for value in "407"),
        ("-", "2", "8"),
    ]


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2")
    scan = paged(tmp_path / "scan.pdf", STRING, MOUSE)
    result = read(tmp_path, "--annotate", tmp_path / "checked")
    assert result.stdout == "407\n\n8\n"
    assert sorted(path.name for path in (tmp_path / "checked").iterdir()) == ["scan-page-2.png", "scan.png"]
    assert scan.exists()


def test_uncertain_digits_are_drawn_on_a_contact_sheet(tmp_path: Path) -> None:
    sheet = tmp_path / "doubts.png"
    assert read(MOUSE, STRING, "--min-confidence", 1, "--contact-sheet", sheet).exit_code == 0
    with Image.open(sheet) as image:
        assert image.width > 4 * 128
    assert read(BLANK, "--contact-sheet", tmp_path / "sheet.txt").exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["doubts.png"]


def test_a_batch_without_a_readable_picture_fails(folder: Path) -> None:
    assert read(folder / "cut.png", folder / "missing.png").exit_code == 1


def test_uncertain_readings_are_marked() -> None:
    alone, both = read(MOUSE, "--min-confidence", 1), read(MOUSE, STRING, "--min-confidence", 1)
    assert alone.stdout == "8\n"
    assert alone.stderr.startswith("uncertain")
    assert both.stdout.splitlines() == [f"{MOUSE}: 8 (uncertain)", f"{STRING}: 407 (uncertain)"]


def test_json_is_a_list_with_an_object_a_picture(folder: Path) -> None:
    result = read("--json", STRING, folder / "cut.png")
    good, bad = json.loads(result.stdout)
    names = ["schema", "source", "page", "status", "text", "lines", "numbers", "digits", "marks", "rotation", "notes"]
    assert list(good) == [*names, "error"]
    assert (good["source"], good["text"], good["lines"], good["error"]) == (str(STRING), "407", ["407"], None)
    assert [digit["value"] for digit in good["digits"]] == [4, 0, 7]
    assert (bad["status"], bad["error"]["code"]) == ("error", "unreadable_image")


def test_json_lines_and_csv_hold_the_same(folder: Path) -> None:
    lines = [json.loads(line) for line in read("--jsonl", "-r", folder).stdout.splitlines()]
    rows = list(csv.DictReader(read("--csv", "-r", folder).stdout.splitlines()))
    assert [line["status"] for line in lines] == ["ok", "error", "no_digit", "ok"]
    assert [row["value"] for row in rows] == ["4", "0", "7", "", "", "8"]
    assert {row["source"] for row in rows} == {line["source"] for line in lines}


def test_standard_input_is_a_picture() -> None:
    result = read("-", "--json", stdin=MOUSE.read_bytes())
    assert [(one["source"], one["text"]) for one in json.loads(result.stdout)] == [("-", "8")]
    assert read("-", stdin=b"").exit_code == 1


def test_patterns_and_lists_name_pictures(folder: Path) -> None:
    listing = folder / "list.txt"
    listing.write_text(f"# of today\na b ü.jpg\n\n  #{BLANK}\n{MOUSE}\n", encoding="utf-8")
    expected = ["407", "8"]
    for named in (folder / "**" / "[ae]*.*g", listing):
        lines = map(json.loads, read("--jsonl", named).stdout.splitlines())
        assert [line["text"] for line in lines] == expected


def test_odd_file_names_stay_on_one_line(tmp_path: Path) -> None:
    odd = tmp_path / "eine\nAcht.png"
    shutil.copy(MOUSE, odd)
    assert read(odd, MOUSE).stdout.splitlines()[0] == f"{tmp_path}/eine\\nAcht.png: 8"
    assert json.loads(read("--json", odd).stdout)[0]["source"] == str(odd)


def test_a_name_that_is_no_unicode_is_read(tmp_path: Path) -> None:
    odd = tmp_path / "acht-\udcff.png"
    shutil.copy(MOUSE, odd)
    result = subprocess.run([sys.executable, "-m", "inkdigits", "read", "--json", odd], capture_output=True, check=True)
    assert json.loads(result.stdout)[0]["source"] == str(odd)


@pytest.mark.parametrize(
    "name", ["readings.json", "readings.jsonl", "readings.csv", "readings.parquet", "readings.txt"]
)
def test_output_goes_to_a_file_in_the_format_of_its_suffix(tmp_path: Path, name: str) -> None:
    result = read(STRING, "-o", tmp_path / name)
    assert result.stdout == ""
    beginnings = {"json": b"[{", "jsonl": b"{", "csv": b"source,", "parquet": b"PAR1", "txt": b"407"}
    assert (tmp_path / name).read_bytes().startswith(beginnings[name.rpartition(".")[2]])
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_wrong_usage_has_its_own_exit_code(tmp_path: Path) -> None:
    assert read().exit_code == 2
    assert read(MOUSE, "--json", "--csv").exit_code == 2
    assert read(MOUSE, "--min-confidence", 2).exit_code == 2
    assert read(MOUSE, "-o", tmp_path / "readings.docx").exit_code == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["-o", "--annotate", "--contact-sheet"])
def test_an_output_that_cannot_be_written_is_an_error_before_anything_is_read(tmp_path: Path, option: str) -> None:
    (tmp_path / "file").touch()
    result = read(MOUSE, option, tmp_path / "file" / ("x.png" if option == "--contact-sheet" else "x.csv"))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("inkdigits: cannot write")


def test_annotated_pictures_have_names_of_their_own(tmp_path: Path) -> None:
    for name in ("a/seven.png", "b/seven.jpg", "c/SEVEN.png"):
        (tmp_path / name).parent.mkdir()
        with Image.open(MOUSE) as image:
            image.save(tmp_path / name)
    result = read(tmp_path / "a", tmp_path / "b", tmp_path / "c", MOUSE, "--annotate", tmp_path / "a")
    assert result.exit_code == 0
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["SEVEN-4.png", "mouse.png", "seven-2.png", "seven-3.png", "seven.png"]
    assert (tmp_path / "a" / "seven.png").read_bytes() != (tmp_path / "a" / "seven-2.png").read_bytes()
    with Image.open(tmp_path / "a" / "seven.png") as source, Image.open(MOUSE) as original:
        assert source.size == original.size


def test_a_part_of_every_picture_is_read() -> None:
    found = json.loads(read(STRING, STRING, "--json", "--region", "0, 0, 40%, 100%").stdout)
    assert [reading["text"] for reading in found] == ["4", "4"]


@pytest.mark.parametrize(
    ("region", "said", "code"),
    [
        ("10,20,30", "the region '10,20,30' is no X,Y,W,H; give pixels or per cent", 2),
        ("1,2,0,4", "the region '1,2,0,4' is empty; give a width and a height above 0", 2),
        ("9000,0,5,5", "the region 9000,0,5,5 is outside the picture, which has", 1),
    ],
)
def test_a_region_that_cannot_be_read_is_one_clear_line(region: str, said: str, code: int) -> None:
    result = read(STRING, "--region", region)
    assert result.exit_code == code
    assert result.stderr.startswith(f"inkdigits: {said}")
    assert result.stderr.count("\n") == 1


def test_no_output_replaces_what_is_read(tmp_path: Path) -> None:
    picture, named = shutil.copy(MOUSE, tmp_path / "eight.png"), tmp_path / "list.txt"
    named.write_text(f"{picture}\n")
    for given in (["--contact-sheet", picture], ["-o", named]):
        result = read(named, *given)
        assert result.exit_code == 1
        assert "it is one of the files to read; name another file" in result.stderr
    assert Path(picture).read_bytes() == MOUSE.read_bytes()
    assert named.read_text() == f"{picture}\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["eight.png", "list.txt"]
