"""The documents as a site: no link is broken, all that is public is in it, and it asks no other host for anything."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

import inkdigits

from .service.browser import axe, chromium

GRAVE = {"serious", "critical"}
REPOSITORY = Path(__file__).parents[1]
FETCHED = re.compile(r"<(?:script|link|img|iframe|source|video)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//[^>]*>")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for module in ("mkdocs", "material", "mkdocstrings", "nbconvert"):
        pytest.importorskip(module, reason="the site needs: pip install '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=REPOSITORY, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_nothing_is_fetched_from_another_host(site: Path) -> None:
    pages = [page.read_text(encoding="utf-8") for page in site.rglob("*.html")]
    assert len(pages) > 20
    assert [found for page in pages for found in FETCHED.findall(page)] == []
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_the_references_name_all_that_is_public(site: Path) -> None:
    python = (site / "reference" / "python.html").read_text(encoding="utf-8")
    assert [name for name in inkdigits.__all__ if name != "__version__" and f'.{name}"' not in python] == []
    http = (site / "reference" / "http.html").read_text(encoding="utf-8")
    assert "/v1/read" in http
    assert "/v2/models/{name}/infer" in http


def test_links_out_of_docs_lead_to_pages_of_the_site(site: Path) -> None:
    page = (site / "pictures.html").read_text(encoding="utf-8")
    assert 'href="experiments/LOG.html"' in page
    assert (site / "experiments" / "LOG.html").exists()


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_every_page(site: Path, scheme: Literal["light", "dark"]) -> None:
    found = {}
    with chromium() as browser:
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        for path in sorted(set(site.rglob("*.html")) - {site / "404.html"}):  # which works from a server's root alone
            page.goto(path.as_uri())
            page.evaluate(axe())
            faults = page.evaluate("axe.run()")["violations"]
            serious = [
                f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in faults if fault["impact"] in GRAVE
            ]
            if serious:
                found[str(path.relative_to(site))] = serious
    assert found == {}
