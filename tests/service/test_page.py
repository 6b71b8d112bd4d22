"""The page in a real browser: written on, dropped on, pasted into, corrected, by mouse, finger, pen and keyboard."""

import csv
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from inkdigits.reading.reader import Reader
from inkdigits.results.characters import Mark
from inkdigits.results.transcript import CSV_COLUMNS
from inkdigits.samples import sample_pictures

from .browser import DESKTOP, PHONE, Visitor, axe, chromium, playwright
from .conftest import Serve, Served

expect = playwright.expect

Visit = Callable[..., Visitor]
SAMPLES = {path.stem: path for path in sample_pictures()}


@cache
def reader() -> Reader:
    """What says here what should be read there."""
    return Reader(threads=1)


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def keeping(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> tuple[Served, Path]:
    """A service that keeps corrections and may learn from them, and the folder that it keeps them in."""
    folder = tmp_path_factory.mktemp("kept")
    return serve("--keep-corrections", str(folder), "--teach"), folder


@pytest.fixture
def visit(browser: playwright.Browser, served: Served) -> Iterator[Visit]:
    """Open the page; when the test is over, nothing may have gone wrong in it."""
    visitors: list[Visitor] = []

    def open_page(url: str = served.url, **device: object) -> Visitor:
        visitors.append(Visitor(browser, url, **(device or DESKTOP)))
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        visitor.leave()


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with two lines of three digits."""
    path = tmp_path_factory.mktemp("numbers") / "numbers.png"
    with Image.open(SAMPLES["string-407"]) as line:
        page = Image.new("RGB", (line.width, 2 * line.height), line.getpixel((2, 2)))
        page.paste(line, (0, 0))
        page.paste(line, (0, line.height))
    page.save(path)
    return path


def no_sideways_scrolling(visitor: Visitor) -> bool:
    return visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_digits_written_with_the_mouse_become_a_number_in_words_boxes_and_colour(visit: Visit) -> None:
    visitor = visit()
    visitor.write("407")
    visitor.expect_text("407")
    visitor.expect_state("Sure")
    expect(visitor.page.locator("#drawing-boxes .box.ok")).to_have_count(3)
    expect(visitor.page.locator("#announcer")).to_have_text("Read: 4 0 7. Sure.")
    expect(visitor.page.locator("#invitation")).to_be_hidden()


def test_digits_written_with_a_finger_on_a_phone_become_a_number(visit: Visit) -> None:
    visitor = visit(**PHONE)
    visitor.write_with_finger("47")
    visitor.expect_text("47")
    assert no_sideways_scrolling(visitor)
    assert visitor.page.evaluate("scrollY") == 0


def test_a_digit_is_read_before_the_stroke_ends(visit: Visit) -> None:
    visitor = visit()
    visitor.write("7", lift=False)
    visitor.expect_text("7")


def test_undo_and_redo_walk_through_all_that_was_done_clear_and_eraser_too(visit: Visit) -> None:
    visitor = visit()
    undo, redo = (visitor.page.get_by_role("button", name=name) for name in ("Undo", "Redo"))
    expect(undo).to_be_disabled()
    visitor.write("70")
    visitor.expect_text("70")
    visitor.page.keyboard.press("Control+Z")
    visitor.expect_text("7")
    redo.click()
    visitor.expect_text("70")
    visitor.page.get_by_role("button", name="Clear").click()
    expect(visitor.page.locator(".digit")).to_have_count(0)
    expect(visitor.page.locator("#drawing-boxes .box")).to_have_count(0)
    undo.click()
    visitor.expect_text("70")
    visitor.page.get_by_role("button", name="Eraser").click()
    visitor.cross_out("0", place=1, of=2)
    visitor.expect_text("7")
    visitor.page.keyboard.press("Control+Z")
    visitor.expect_text("70")
    visitor.page.keyboard.press("Control+Shift+Z")
    visitor.expect_text("7")
    for _ in range(4):
        visitor.page.keyboard.press("Control+Z")
    expect(visitor.page.locator("#invitation")).to_be_visible()
    expect(undo).to_be_disabled()


def test_the_brush_fits_small_writing_and_the_slider_changes_it(visit: Visit) -> None:
    visitor = visit()
    visitor.write("407", size=0.14)  # digits of 40 pixels, which were blobs of 34 once
    visitor.expect_text("407")
    visitor.expect_state("Sure")
    thin = visitor.ink()
    visitor.page.get_by_label("Pen, from thin to broad").fill("1")
    assert 1.5 * thin < visitor.ink() < 2.5 * thin
    visitor.page.get_by_label("Pen, from thin to broad").fill("-1")
    assert visitor.ink() < 0.7 * thin


def test_the_brush_is_a_fourteenth_of_the_surface_and_a_pen_s_pressure_changes_it(visit: Visit) -> None:
    visitor = visit(**DESKTOP, device_scale_factor=2)
    side = visitor.page.evaluate("Math.min(pad.width, pad.height)")
    assert side == 2 * visitor.page.evaluate("Math.min(pad.clientWidth, pad.clientHeight)")
    visitor.draw_line(0.2, pressure=0.9)
    visitor.draw_line(0.8, pressure=0.1)
    assert 0.06 * side < visitor.ink_height(0.2) < 0.075 * side
    assert 0.03 * side < visitor.ink_height(0.8) < 0.045 * side


def test_a_dropped_page_shows_its_boxes_and_a_click_explains_a_digit(visit: Visit, numbers: Path) -> None:
    visitor = visit()
    visitor.drop(numbers)
    visitor.expect_text("407", "407")
    boxes = visitor.page.locator("#picture-boxes .box")
    expect(boxes).to_have_count(6)
    boxes.nth(4).click()
    expect(boxes.nth(4)).to_have_class("box ok chosen")
    details = visitor.page.get_by_role("region", name="The chosen digit")
    expect(details.locator(".verdict")).to_contain_text("sure that this is a 0.")
    expect(details.locator(".bars li")).to_have_count(11)  # the ten digits, and none
    seen = details.get_by_role("img")
    assert seen.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [28, 28]


def test_the_bar_of_what_was_read_is_as_long_as_it_is_sure(visit: Visit) -> None:
    answer = reader().read(SAMPLES["marker"]).to_dict()
    answer["status"] = "uncertain"
    answer["digits"][0] |= {"confidence": 0.171, "accepted": False}
    visitor = visit()
    visitor.page.route("**/v1/read?*", lambda route: route.fulfill(json=answer))
    visitor.drop(SAMPLES["marker"])
    expect(visitor.page.locator(".verdict")).to_have_text(
        "Uncertain: only 17.1% sure that this is a 2. It may be no digit."
    )
    expect(visitor.page.locator(".bars .read .share")).to_have_text("17.1%")
    told = visitor.page.locator(".bars .share").all_inner_texts()
    shares = [float(words.strip("%")) for words in told]
    assert sum(shares) == pytest.approx(100, abs=1)


def test_boxes_lie_where_the_reader_found_the_digits(visit: Visit, numbers: Path) -> None:
    visitor = visit()
    visitor.drop(numbers)
    visitor.expect_text("407", "407")
    frame = visitor.page.locator("#picture-frame canvas").bounding_box()
    shown = visitor.page.locator("#picture-boxes .box").nth(5).bounding_box()
    assert frame is not None
    assert shown is not None
    with Image.open(numbers) as picture:
        scale = frame["width"] / picture.width
        assert frame["height"] == pytest.approx(scale * picture.height, abs=1)
    left, top, width, height = reader().read(numbers).digits[5].box
    assert (shown["x"] - frame["x"], shown["y"] - frame["y"]) == pytest.approx((scale * left, scale * top), abs=2)
    assert (shown["width"], shown["height"]) == pytest.approx((scale * width, scale * height), abs=2)


def box_of(visitor: Visitor, selector: str) -> dict[str, float]:
    """Return where an element stands in the window."""
    box = visitor.page.locator(selector).bounding_box()
    assert box is not None
    return box


def place_in_picture(visitor: Visitor, digit: int) -> tuple[float, ...]:
    """Return where a digit's box stands, in shares of the picture."""
    page, box = box_of(visitor, "#picture-frame canvas"), box_of(visitor, f"#picture-boxes .box >> nth={digit}")
    return (
        (box["x"] - page["x"]) / page["width"],
        (box["y"] - page["y"]) / page["height"],
        box["width"] / page["width"],
        box["height"] / page["height"],
    )


def test_a_picture_is_zoomed_and_moved_and_its_boxes_stay_sharp_and_in_place(visit: Visit) -> None:
    visitor = visit()
    visitor.drop(SAMPLES["sheet-on-desk"])
    visitor.expect_state("Sure")
    frame, view = "#picture-frame", box_of(visitor, "#picture-view")
    fitting, place = box_of(visitor, frame), place_in_picture(visitor, 5)
    middle = view["x"] + view["width"] / 2, view["y"] + view["height"] / 2
    visitor.page.mouse.dblclick(*middle)
    zoomed = box_of(visitor, frame)
    assert zoomed["width"] == pytest.approx(3 * fitting["width"], rel=0.01)
    assert place_in_picture(visitor, 5) == pytest.approx(place, abs=0.003)
    edge = "getComputedStyle(document.querySelector('#picture-boxes .box'), '::before').borderTopWidth"
    assert visitor.page.evaluate(edge) == "2px"
    visitor.page.mouse.down()
    visitor.page.mouse.move(middle[0] - 60, middle[1] + 40, steps=6)
    visitor.page.mouse.up()
    moved = box_of(visitor, frame)
    assert (moved["x"] - zoomed["x"], moved["y"] - zoomed["y"]) == pytest.approx((-60, 40), abs=12)
    visitor.page.mouse.wheel(0, 300)
    assert box_of(visitor, frame)["width"] < 0.8 * zoomed["width"]
    assert visitor.page.evaluate("scrollY") == 0
    visitor.page.get_by_role("button", name="Fit").click()
    assert box_of(visitor, frame) == pytest.approx(fitting)


def test_two_fingers_zoom_a_picture(visit: Visit) -> None:
    visitor = visit(**PHONE)
    visitor.page.locator("#choose-pictures").set_input_files([SAMPLES["page"]])
    visitor.expect_state("Sure")
    before, view = box_of(visitor, "#picture-frame"), box_of(visitor, "#picture-view")
    visitor.pinch(view["x"] + view["width"] / 2, view["y"] + view["height"] / 2, times=2)
    after = box_of(visitor, "#picture-frame")
    assert after["width"] == pytest.approx(2 * before["width"], rel=0.15)


def test_a_page_that_lies_on_its_side_is_shown_as_it_was_read(visit: Visit) -> None:
    page = Path(__file__).parents[1] / "pinned" / "pages" / "page_turned_90.png"
    reading = reader().read(page)
    assert reading.rotation == 270
    visitor = visit()
    visitor.drop(page)
    visitor.expect_text("4072", "198530", "27461")
    expect(visitor.page.locator("#picture-caption")).to_contain_text("turned by 270°")
    with Image.open(page) as brought:
        size = (brought.height, brought.width)
    canvas = visitor.page.locator("#picture-frame canvas")
    assert canvas.evaluate("canvas => [canvas.width, canvas.height]") == list(size)
    lefts = [place_in_picture(visitor, digit)[0] for digit in range(4)]
    assert lefts == sorted(lefts)
    with Image.open(page) as brought:
        left, top, width, height = reading.digits[0].box
        expected = top / brought.height, 1 - (left + width) / brought.width, height / brought.height
    assert place_in_picture(visitor, 0)[:3] == pytest.approx(expected, abs=0.01)


def test_digits_are_chosen_with_the_keyboard_alone(visit: Visit, numbers: Path) -> None:
    visitor = visit()
    visitor.drop(numbers)
    visitor.expect_text("407", "407")
    visitor.page.locator("#choose-pictures").focus()
    visitor.page.keyboard.press("Tab")
    for key in ("End", "ArrowDown", "ArrowLeft", "Enter"):
        visitor.page.keyboard.press(key)
    expect(visitor.page.locator(".digit").nth(4)).to_be_focused()
    expect(visitor.page.locator(".digit").nth(4)).to_have_attribute("aria-pressed", "true")
    expect(visitor.page.locator("#announcer")).to_contain_text("sure that this is a 0.")
    visitor.page.locator("#tab-pictures").focus()
    visitor.page.keyboard.press("ArrowLeft")
    expect(visitor.page.locator("#pad")).to_be_visible()


@pytest.mark.parametrize(
    ("example", "text", "state"),
    [
        ("A digit", ["3"], "Sure"),
        ("A form", ["40926153"], "Sure"),
        ("On a desk", ["4072", "198530", "27 46 19", "5386", "90 71", "6284"], "Sure"),
        ("Nothing", [], "No digit"),
    ],
)
def test_an_example_is_read_with_one_click(visit: Visit, example: str, text: list[str], state: str) -> None:
    visitor = visit()
    visitor.page.get_by_role("button", name=example).click()
    visitor.expect_state(state)
    visitor.expect_text(*text)


def test_a_pasted_picture_is_read(visit: Visit, digit: bytes) -> None:
    visitor = visit()
    visitor.paste(digit)
    visitor.expect_text("8")


def doubtful_picture() -> Image.Image:
    """Return the upper part of a digit on the lower part of another: one digit, that the model is not sure of."""
    with Image.open(SAMPLES["ruled-paper"]) as seven, Image.open(SAMPLES["marker"]) as two:
        upper, lower = seven.convert("L").resize((200, 200)), two.convert("L").resize((200, 200))
    for cut in range(100, 200, 5):
        picture = upper.copy()
        picture.paste(lower.crop((0, cut, 200, 200)), (0, cut))
        reading = reader().read(picture)
        if reading.status == "uncertain" and len(reading.digits) == 1:
            return picture
    raise AssertionError("the model is sure of everything")


def test_a_picture_without_digits_is_told_from_one_with_an_uncertain_digit(visit: Visit, tmp_path: Path) -> None:
    doubtful_picture().save(tmp_path / "doubtful.png")
    visitor = visit()
    visitor.drop(SAMPLES["blank-page"], tmp_path / "doubtful.png")
    visitor.expect_state("No digit")
    expect(visitor.page.locator("#reading-body")).to_contain_text("No digit was found in this picture.")
    shapes = visitor.page.locator(".row > .state use").evaluate_all("uses => uses.map(use => use.getAttribute('href'))")
    assert shapes[0] == "#icon-no_digit"
    visitor.page.get_by_role("option", name="doubtful.png").click()
    visitor.expect_state("Uncertain")
    expect(visitor.page.locator("#picture-boxes .box.uncertain")).to_have_count(1)
    expect(visitor.page.locator(".verdict")).to_contain_text("Uncertain: only")


def test_asking_for_one_digit_is_seen_explained_and_ends_with_the_pictures(visit: Visit) -> None:
    visitor = visit()
    visitor.drop(SAMPLES["string-407"])
    visitor.expect_text("407")
    single = visitor.page.get_by_label("Each picture is one digit")
    expect(single).to_be_in_viewport()
    single.check()
    visitor.expect_state("No digit")
    expect(visitor.page.locator(".advice")).to_contain_text("You asked for one digit; this looks like several.")
    visitor.page.get_by_role("button", name="Read all digits").click()
    visitor.expect_text("407")
    expect(single).not_to_be_checked()
    single.check()
    visitor.expect_state("No digit")
    visitor.page.get_by_role("button", name="Remove all").click()
    visitor.drop(SAMPLES["string-407"])
    visitor.expect_text("407")
    expect(single).not_to_be_checked()


def test_a_drawing_without_a_digit_is_told_what_fits_a_drawing(visit: Visit) -> None:
    visitor = visit()
    visitor.draw_line(0.5, pressure=0.5)
    visitor.page.route("**/v1/read?*", lambda route: route.fulfill(json=reader().read(SAMPLES["blank-page"]).to_dict()))
    visitor.draw_line(0.6, pressure=0.5)
    visitor.expect_state("No digit")
    expect(visitor.page.locator(".advice")).to_have_text(
        "No digit was found in this drawing. Write larger, or trace a thin stroke again."
    )


def test_a_dropped_folder_becomes_a_table_in_order_without_what_is_no_picture(visit: Visit, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    (folder / "more").mkdir(parents=True)
    shutil.copy(SAMPLES["mouse"], folder / "10.png")
    shutil.copy(SAMPLES["faint-pencil"], folder / "2.jpg")
    shutil.copy(SAMPLES["pen-on-cream"], folder / "more" / "3.jpg")
    (folder / "notes.txt").write_text("no picture")
    visitor = visit()
    visitor.drop(folder)
    rows = visitor.page.get_by_role("option")
    expect(rows.locator(".state")).to_have_text(["Sure", "Sure", "Sure"])
    expect(rows.locator(".name")).to_have_text(["scans/2.jpg", "scans/10.png", "scans/more/3.jpg"])
    expect(rows.locator(".words")).to_have_text(["6", "8", "3"])


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 120 pictures."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(120):
        shutil.copy(SAMPLES["mouse"], folder / f"{number}.png")
    return folder


def answer_by_name(visitor: Visitor, held: list[playwright.Route] | None = None) -> None:
    """Answer what is read at once, as if every tenth were uncertain, one held no digit, and the server failed twice."""
    sure, none = (reader().read(SAMPLES[name]).to_dict() for name in ("mouse", "blank-page"))
    answers = [sure | {"status": "uncertain", "digits": [sure["digits"][0] | {"accepted": False}]}, *[sure] * 9] * 12
    answers[5] = none
    error = {"error": {"code": "timeout", "message": "this took too long", "request_id": "1"}}
    count = iter(range(1_000_000))

    def answer(route: playwright.Route) -> None:
        number = next(count)
        if held is not None and number >= 33:
            held.append(route)
        elif number in (7, 8):
            route.fulfill(status=504, json=error)
        else:
            route.fulfill(json=answers[number % 120])

    visitor.page.route("**/v1/read?*", answer)


def test_progress_of_a_batch_is_seen_with_the_list_beside_the_picture(visit: Visit, many: Path) -> None:
    visitor = visit(viewport={"width": 1280, "height": 900})
    held: list[playwright.Route] = []
    answer_by_name(visitor, held)
    visitor.drop(many)
    progress = visitor.page.locator("#progress")
    expect(progress).to_contain_text("33 of 120 read")
    expect(progress).to_be_in_viewport(ratio=1)
    expect(visitor.page.locator("#picture-frame")).to_be_in_viewport(ratio=1)
    expect(visitor.page.get_by_role("option").nth(3)).to_be_in_viewport(ratio=1)
    assert visitor.page.get_by_role("option").count() < 60  # rows that are not seen are not there
    visitor.page.get_by_role("button", name="Stop").click()
    expect(progress).to_be_hidden()
    expect(visitor.page.get_by_role("button", name="Failed 89")).to_be_visible()


def test_pictures_are_filtered_walked_by_arrow_keys_and_failures_tried_again(visit: Visit, many: Path) -> None:
    visitor = visit()
    answer_by_name(visitor)
    visitor.drop(many)
    expect(visitor.page.locator("#progress")).to_be_hidden()
    filters = visitor.page.locator("#filters button:visible")
    expect(filters).to_have_text(["All 120", "To check 12", "No digit 1", "Failed 2"])
    filters.nth(1).click()
    chosen = visitor.page.locator('[role=option][aria-selected="true"] .name')
    expect(chosen).to_have_text(f"{many.name}/0.png")
    for key, name in (("ArrowRight", 10), ("ArrowRight", 20), ("ArrowLeft", 10)):
        visitor.page.keyboard.press(key)
        expect(chosen).to_have_text(f"{many.name}/{name}.png")
    visitor.page.get_by_label("Pictures", exact=True).and_(visitor.page.get_by_role("listbox")).press("End")
    expect(chosen).to_have_text(f"{many.name}/110.png")
    expect(chosen).to_be_in_viewport()
    visitor.page.get_by_role("button", name="Try all failed again").click()
    expect(filters).to_have_text(["All 120", "To check 13", "No digit 1"])


def test_the_table_is_downloaded_as_the_command_line_writes_it_and_copied(visit: Visit, numbers: Path) -> None:
    visitor = visit()
    visitor.drop(numbers, SAMPLES["blank-page"])
    expect(visitor.page.locator(".row > .state")).to_have_text(["Sure", "No digit"])
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="JSON").click()
    read = [reader().read(path).to_dict() for path in (numbers, SAMPLES["blank-page"])]
    loaded = json.loads(download.value.path().read_bytes())
    assert [page.keys() for page in loaded] == [page.keys() for page in read]
    assert [page["text"] for page in loaded] == ["407\n407", ""]
    assert [digit.keys() for digit in loaded[0]["digits"]] == [digit.keys() for digit in read[0]["digits"]]
    assert [page["source"] for page in loaded] == [numbers.name, "blank-page.jpg"]
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    assert tuple(rows[0]) == (*CSV_COLUMNS, "corrected")
    assert [row["value"] for row in rows] == ["4", "0", "7", "4", "0", "7", ""]
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.evaluate("setTimeout = () => 0")  # what is said stays, however slow the machine is to look
    visitor.page.locator("#copy-all").click()
    expect(visitor.page.locator("#copy-all")).to_have_text("Copied")
    copied = visitor.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{numbers.name}\t407 | 407\nblank-page.jpg\t"


def test_marks_and_gaps_stand_between_the_digits_and_in_the_table(visit: Visit, numbers: Path) -> None:
    reading = reader().read(numbers)
    first, second = reading.lines
    marks = (Mark("-", 0.9, (1, 1, 5, 5), 0, 0), Mark(".", 0.9, (9, 9, 5, 5), 0, 2))
    marked = replace(reading, lines=(replace(first, marks=marks), replace(second, gaps=(1,))))
    visitor = visit()
    visitor.page.route("**/v1/read?*", lambda route: route.fulfill(json=marked.to_dict()))
    visitor.drop(numbers, SAMPLES["blank-page"])
    expect(visitor.page.locator(".row > .state")).to_have_text(["Sure", "Sure"])
    visitor.expect_text("-40.7", "4 07")
    expect(visitor.page.locator("#picture-boxes .mark .label")).to_have_text(["-", "."])
    expect(visitor.page.locator("#picture-boxes .gap")).to_have_count(1)
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))[:6]
    assert [(row["number"], row["mark"]) for row in rows] == [
        (str(row["number"]), row["mark"]) for row in marked.to_rows()
    ]


def test_each_page_of_a_file_is_read_and_one_that_the_browser_cannot_show_is_shown_as_the_model_saw_it(
    visit: Visit, tmp_path: Path
) -> None:
    with Image.open(SAMPLES["marker"]) as first, Image.open(SAMPLES["mouse"]) as second:
        first.convert("L").save(tmp_path / "scan.tif", save_all=True, append_images=[second.convert("L")])
    visitor = visit()
    sent: list[str] = []
    visitor.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    visitor.drop(tmp_path / "scan.tif")
    names = visitor.page.locator(".row .name")
    expect(names).to_have_text(["scan.tif", "scan.tif, page 2"])
    assert len(sent) == 1  # all pages at once
    names.nth(1).click()
    visitor.expect_text("8")
    expect(visitor.page.locator("#picture-caption")).to_contain_text("this is what the model saw")
    expect(visitor.page.locator("#picture-boxes .box")).to_have_count(1)


def test_a_script_in_a_file_name_is_shown_as_it_is(visit: Visit, tmp_path: Path) -> None:
    name = "<img src=x onerror=document.title='taken'>.png"
    shutil.copy(SAMPLES["marker"], tmp_path / name)
    visitor = visit()
    visitor.drop(tmp_path / name)
    visitor.expect_text("2")
    expect(visitor.page.locator(".row .name")).to_have_text([name])
    expect(visitor.page.locator("#picture-caption")).to_have_text(name)
    assert "taken" not in visitor.page.title()


def test_what_is_no_picture_is_explained_with_what_to_do(visit: Visit, tmp_path: Path) -> None:
    (tmp_path / "letter.png").write_text("Dear reader")
    visitor = visit()
    visitor.drop(tmp_path / "letter.png")
    visitor.expect_state("Not read")
    problem = visitor.page.get_by_role("alert")
    expect(problem).to_contain_text("letter.png: Cannot read the picture: it is not a picture")
    expect(problem).to_contain_text("save it as PNG or JPEG")


def test_a_picture_that_the_server_would_not_take_is_explained_without_being_sent(
    visit: Visit, serve: Serve, tmp_path: Path
) -> None:
    (tmp_path / "huge.png").write_bytes(bytes(200_000))
    visitor = visit(serve("--max-body", "100KB").url)
    visitor.drop(tmp_path / "huge.png")
    words = (
        "It has 0.2 MB, and this server takes 0.1 MB. Make it smaller, or start the server with a larger --max-body."
    )
    expect(visitor.page.get_by_role("alert")).to_contain_text(words)


def test_a_server_that_has_stopped_is_explained_and_the_drawing_stays(visit: Visit, serve: Serve) -> None:
    served = serve()
    visitor = visit(served.url)
    served.stop()
    visitor.write("7")
    problem = visitor.page.get_by_role("alert")
    expect(problem).to_contain_text("The server does not answer. See that “inkdigits serve” is still running")
    expect(problem.get_by_role("button", name="Try again")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Undo")).to_be_enabled()


def test_a_busy_server_is_asked_again(visit: Visit) -> None:
    visitor = visit()
    refusals = iter([503, 503])
    error = {"error": {"code": "busy", "message": "too many requests at a time", "request_id": "1"}}

    def answer(route: playwright.Route) -> None:
        if status := next(refusals, None):
            route.fulfill(status=status, json=error, headers={"Retry-After": "1"})
        else:
            route.continue_()

    visitor.page.route("**/v1/read?*", answer)
    visitor.drop(SAMPLES["marker"])
    visitor.expect_text("2")


def test_what_is_shown_is_never_the_reading_of_another_drawing(visit: Visit) -> None:
    visitor = visit()
    visitor.write("407")
    visitor.expect_state("Sure")
    card = visitor.page.locator("#reading")
    error = {"error": {"code": "busy", "message": "too many requests at a time", "request_id": "1"}}
    asked: list[int] = []

    def refuse(route: playwright.Route) -> None:
        asked.append(1)
        route.fulfill(status=503, json=error, headers={"Retry-After": "1"})

    visitor.page.route("**/v1/read?*", refuse)
    visitor.page.clock.install()
    for _ in range(2):
        visitor.page.keyboard.press("Control+Z")
        visitor.page.clock.run_for(2_000)
    expect(card).to_have_attribute("data-freshness", "refused")
    visitor.expect_state("Reading…")
    expect(visitor.page.locator("#reading-busy")).to_be_visible()
    expect(visitor.page.locator("#copy-reading")).to_be_disabled()
    expect(visitor.page.locator("#drawing-boxes")).to_have_css("opacity", "0")
    assert len(asked) <= 6  # once, and again each second that the server named, however much is drawn
    visitor.page.unroute("**/v1/read?*")
    visitor.page.clock.resume()
    visitor.expect_text("4")
    expect(card).to_have_attribute("data-freshness", "current")
    expect(visitor.page.locator("#reading-busy")).to_be_hidden()


def test_a_reading_that_comes_late_is_announced(visit: Visit) -> None:
    visitor = visit()
    visitor.write("407")
    visitor.expect_text("407")
    held: list[playwright.Route] = []
    visitor.page.route("**/v1/read?*", lambda route: held.append(route))
    visitor.page.keyboard.press("Control+Z")
    visitor.page.keyboard.press("Control+Z")
    visitor.expect_state("Reading…")
    assert len(held) == 1  # one request at a time
    visitor.page.unroute("**/v1/read?*")  # which lets go on what is held
    visitor.expect_text("4")


def test_a_correction_is_typed_on_the_digit_and_kept(
    visit: Visit, keeping: tuple[Served, Path], tmp_path: Path
) -> None:
    served, kept = keeping
    visitor = visit(served.url)
    visitor.write("407")
    visitor.expect_text("407")
    visitor.page.locator(".digit").nth(1).click()
    visitor.page.keyboard.press("6")
    expect(visitor.page.get_by_label("Wrong? It is a")).to_have_value("6")
    visitor.page.keyboard.press("Enter")
    visitor.expect_text("467")
    expect(visitor.page.locator(".digit").nth(1)).to_be_focused()
    expect(visitor.page.locator(".verdict")).to_have_text("Corrected: this is a 6. It was read as 0.")
    expect(visitor.page.locator(".correction")).to_contain_text("and that it is a 6: on this server")
    visitor.page.get_by_role("button", name="Undo correction").click()
    visitor.expect_text("407")
    visitor.page.get_by_label("Wrong? It is a").fill("6")
    visitor.page.get_by_role("button", name="Correct", exact=True).click()
    visitor.expect_text("467")
    visitor.drop(SAMPLES["marker"])
    visitor.expect_text("2")
    visitor.page.get_by_role("button", name="No digit").click()
    expect(visitor.page.locator(".verdict")).to_have_text("Corrected: this is no digit. It was read as 2.")
    expect(visitor.page.locator(".row .words")).to_have_text([""])
    expect(visitor.page.locator(".row .corrected")).to_have_text("Corrected")
    command = [
        sys.executable,
        "-m",
        "inkdigits",
        "corrections",
        "export",
        str(tmp_path / "labelled"),
        "--kept",
        str(kept),
    ]
    subprocess.run(command, check=True, capture_output=True)
    assert [path.parent.name for path in sorted((tmp_path / "labelled").glob("*/*.png"))] == ["6", "none"]
    crop = next((tmp_path / "labelled" / "6").iterdir())
    assert reader().read(crop, single=True).text == "0"


def test_nothing_can_be_corrected_where_nothing_is_kept(visit: Visit) -> None:
    visitor = visit()
    visitor.write("7")
    visitor.expect_text("7")
    visitor.page.locator(".digit").press("9")
    expect(visitor.page.locator(".correction")).to_have_count(0)
    expect(visitor.page.locator("footer")).to_contain_text("and are not kept")


def test_why_a_digit_was_read_is_shown_and_closed(visit: Visit) -> None:
    visitor = visit()
    visitor.write("7")
    visitor.expect_text("7")
    visitor.page.get_by_role("button", name="Why a 7?").click()
    answer = visitor.page.get_by_role("dialog", name="Why a 7")
    assert answer.get_by_role("img").evaluate("image => image.naturalWidth") >= 800
    expect(answer).to_contain_text("7: ")
    answer.get_by_role("button", name="Close").click()
    expect(answer).to_have_count(0)


def test_what_was_corrected_is_learned_with_a_button_and_taken_back(visit: Visit, serve: Serve, tmp_path: Path) -> None:
    visitor = visit(serve("--keep-corrections", str(tmp_path / "kept"), "--teach").url)
    card = visitor.page.get_by_role("region", name="Teach it this hand")
    expect(card.get_by_role("button", name="Learn from corrections")).to_be_disabled()
    visitor.write("407")
    visitor.expect_text("407")
    for place, digit in enumerate("407"):
        visitor.page.locator(".digit").nth(place).click()
        visitor.page.keyboard.press(digit)
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.locator(".verdict")).to_have_text(f"Confirmed: this is a {digit}.")
    learn = card.get_by_role("button", name="Learn from these 3 corrections")
    learn.click()
    expect(card).to_contain_text("It learns: ")
    expect(card.get_by_role("progressbar")).to_be_visible()
    expect(card).to_contain_text("It learned 3 digits")
    expect(card).to_contain_text("nobody can say yet how much better it reads")
    visitor.page.get_by_role("link", name="About this model").click()
    expect(visitor.page.locator("#view-about .lead")).to_contain_text(", taught")
    visitor.page.get_by_role("link", name="Read", exact=True).click()
    card.get_by_role("button", name="Take the last lesson back").click()
    expect(card).to_contain_text("It learns the digits that were corrected")
    expect(card.get_by_role("button", name="Take the last lesson back")).to_be_hidden()


def test_the_page_about_the_model_shows_its_figures_its_errors_and_its_card(visit: Visit, served: Served) -> None:
    model = served.client.get("/v1/model").json()
    visitor = visit()
    visitor.page.get_by_role("link", name="About this model").click()
    about = visitor.page.locator("#view-about")
    expect(about.locator(".tiles li")).to_have_count(len(model["metrics"]))
    test = model["metrics"]["test"]
    expect(about.locator(".tiles")).to_contain_text(f"on the test split: {test['correct']:,} of {test['n']:,} digits")
    expect(about.get_by_role("heading", name="Limits", exact=True)).to_be_visible()
    expect(about.locator("pre")).to_contain_text("scripts/make_models.py --stage digits")
    if model["confusion"]:
        rows = about.locator(".confusion tbody tr")
        expect(rows).to_have_count(10)
        expect(rows.nth(3).locator("td").nth(3)).to_have_text(str(model["confusion"]["rows"][3][3]))


def test_a_server_with_a_token_is_asked_with_it(visit: Visit, serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-token-for-this-test")
    visitor = visit(serve("--token-file", str(tmp_path / "token")).url)
    field = visitor.page.get_by_label("Token", exact=True)
    field.fill("not-the-token")
    field.press("Enter")
    expect(visitor.page.locator("#token-words")).to_contain_text("That token is not the one.")
    field.fill("a-token-for-this-test")
    visitor.page.get_by_role("button", name="Use token").click()
    expect(visitor.page.locator("#version")).to_contain_text("inkdigits")
    visitor.write("7")
    visitor.expect_text("7")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everybody_can_use_the_page(
    visit: Visit, keeping: tuple[Served, Path], numbers: Path, device: dict[str, object]
) -> None:
    visitor = visit(keeping[0].url, **device)
    visitor.page.evaluate(axe())

    def serious() -> list[str]:
        found = []
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=scheme)
            found += visitor.page.evaluate("axe.run()")["violations"]
        return [f"{fault['help']}: {fault['nodes'][0]['html']}" for fault in found if fault["impact"] != "minor"]

    assert serious() == []
    visitor.write("407")
    visitor.expect_text("407")
    expect(visitor.page.locator("#reading")).to_have_attribute("data-freshness", "current")
    assert serious() == []
    visitor.page.locator("#choose-pictures").set_input_files([numbers, SAMPLES["blank-page"], Path(__file__)])
    expect(visitor.page.get_by_role("button", name="Failed 1")).to_be_visible()
    assert serious() == []
    assert no_sideways_scrolling(visitor)
    visitor.page.get_by_role("link", name="About this model").click()
    expect(visitor.page.locator(".model-card")).to_be_visible()
    assert serious() == []
    assert no_sideways_scrolling(visitor)
