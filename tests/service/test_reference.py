"""The page of the HTTP interface, as it is read, copied from and tried."""

import html
import json
import re
import shutil
import subprocess
import sys

import pytest

from inkdigits.samples import sample_pictures

from ..waiting import PATIENCE
from .browser import DESKTOP, PHONE, Visitor, axe, chromium, playwright

PROGRAMS = {
    "curl": ["bash", "-ec"],
    "Python": [sys.executable, "-c"],
    "JavaScript": ["node", "--input-type=module", "--eval"],
}
SAMPLES = {path.stem: path for path in sample_pictures()}


@pytest.fixture(scope="module")
def page(served) -> str:
    return served.client.get("/docs").text


def examples_of(page: str, anchor: str) -> dict[str, str]:
    """Return the examples of a route, by language."""
    section = re.search(f'id="{anchor}".*?</section>', page, re.DOTALL)
    assert section is not None
    found = re.findall(r"<summary>(\w+)</summary><pre[^>]*><code>(.*?)</code>", section[0], re.DOTALL)
    return {language: html.unescape(code) for language, code in found}


def test_every_route_is_there_with_what_it_takes_and_answers_and_without_a_script(served, page) -> None:
    document = served.client.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        assert f"<code>{path}</code>" in page
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                assert f"<code>{parameter['name']}</code>" in page
    assert set(re.findall(r"https?://[^/\"'<&]+", page)) == {served.url}
    assert "<script>" not in page


@pytest.mark.parametrize("language", PROGRAMS)
def test_an_example_runs_as_it_stands(served, page, tmp_path, language) -> None:
    program = "curl" if language == "curl" else PROGRAMS[language][0]
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} on this machine")
    shutil.copy(SAMPLES["string-407"], tmp_path / "picture.jpg")
    for anchor, told in (("post-v1-read", "407"), ("get-v1-model", "limits"), ("get-metrics", "inkdigits_queue")):
        command = [*PROGRAMS[language], examples_of(page, anchor)[language]]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert run.returncode == 0, run.stderr
        assert told in run.stdout


def test_examples_with_a_body_of_json_are_taken(serve, tmp_path) -> None:
    served = serve("--keep-corrections", str(tmp_path / "kept"))
    page = served.client.get("/docs").text
    code = examples_of(page, "post-v1-corrections")["Python"]
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert run.stdout.strip() == "{'id': 1}", run.stderr


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/v1/model", "/v2/health/live", "/samples/mouse.png"])
def test_head_is_answered_as_get_without_a_body(served, path) -> None:
    head, get = served.client.head(path), served.client.get(path)
    assert head.status_code == get.status_code == 200
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.content == b""


@pytest.mark.parametrize(
    ("device", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"]
)
def test_a_route_is_tried_on_the_page_and_everybody_can_use_it(served, device, scheme) -> None:
    with chromium() as browser:
        visitor = Visitor(browser, served.url, **device, color_scheme=scheme)
        visitor.page.goto(f"{served.url}/docs")
        visitor.page.evaluate(axe())
        found = visitor.page.evaluate("axe.run()")["violations"]
        assert [fault["help"] for fault in found if fault["impact"] != "minor"] == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        read = visitor.page.locator("#post-v1-read form.try")
        read.get_by_label("Picture").set_input_files(SAMPLES["string-407"])
        read.get_by_label("digits_only").check()
        read.get_by_role("button", name="Send").click()
        answer = read.locator(".answer")
        playwright.expect(answer).to_contain_text("200")
        assert json.loads(answer.inner_text().partition("\n")[2])["text"] == "407"
        missing = visitor.page.locator("#delete-v1-corrections-number form.try")
        missing.get_by_role("button", name="Send").click()
        playwright.expect(missing.locator(".answer")).to_contain_text("corrections_off")
        visitor.leave()
