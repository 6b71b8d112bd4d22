"""What `mkdocs build` adds to docs/: references made from the code, the notebooks, and documents from elsewhere.

A hook of mkdocs.yml. The reference of Python lists what `inkdigits` exports, that of HTTP what docs/openapi.json says.
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from nbconvert import MarkdownExporter

import inkdigits

REPOSITORY = Path(__file__).parents[1]
ELSEWHERE = (
    *("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "experiments/LOG.md"),
    *(f"src/inkdigits/weights/{name}.md" for name in ("bundled", "lines", "pages")),
)
# A link to what stands in the repository alone is shown as its path.
LINK = re.compile(r"(?<!!)\[([^]]*)\]\(([^)#:]+)(#[^)]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add pages to those in docs/."""
    for path in ELSEWHERE:
        files.append(File.generated(config, path, abs_src_path=str(REPOSITORY / path)))
    for notebook in sorted((REPOSITORY / "docs").glob("*.ipynb")):
        _add_notebook(files, config, notebook)
    files.append(File.generated(config, "reference/python.md", content=python_reference()))
    files.append(File.generated(config, "reference/http.md", content=http_reference()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return a page whose links lead to where the site has what stands elsewhere in the repository."""
    source = page.file.src_uri
    here = posixpath.dirname(source if source in ELSEWHERE else f"docs/{source}")
    return LINK.sub(lambda link: _led(link, here, posixpath.dirname(source), files), markdown)


def _add_notebook(files: Files, config: MkDocsConfig, notebook: Path) -> None:
    """Add a notebook as a page, with its pictures beside it."""
    beside = {"unique_key": notebook.stem, "output_files_dir": f"{notebook.stem}_files"}
    markdown, resources = MarkdownExporter().from_filename(str(notebook), resources=beside)
    files.append(File.generated(config, f"{notebook.stem}.md", content=markdown))
    for name, content in resources["outputs"].items():
        files.append(File.generated(config, name, content=content))


def _led(link: re.Match[str], here: str, from_folder: str, files: Files) -> str:
    text, target, anchor = link[1], posixpath.normpath(posixpath.join(here, link[2])), link[3] or ""
    on_site = target.removeprefix("docs/")
    if target == "README.md":
        on_site = "index.md"
    on_site = on_site.replace(".ipynb", ".md")
    if files.get_file_from_path(on_site):
        return f"[{text}]({posixpath.relpath(on_site, from_folder or '.')}{anchor})"
    return f"{text} (`{target}`)" if (REPOSITORY / target).exists() else link[0]


def python_reference() -> str:
    """Return the page of all public names."""
    homes = {name: f"inkdigits.{home}.{name}" for name, home in inkdigits._HOMES.items()}  # without importing torch
    intro = "What `import inkdigits` offers, from the docstrings. For a beginning, see [Python](../python.md).\n"
    return "\n".join(
        ["# Python reference", "", intro, *(f"::: {homes[name]}\n" for name in sorted(homes, key=str.casefold))]
    )


def http_reference() -> str:
    """Return the page of all routes."""
    document = json.loads((REPOSITORY / "docs" / "openapi.json").read_text(encoding="utf-8"))
    routes = [
        _route(document, method, path, route)
        for path, methods in document["paths"].items()
        for method, route in methods.items()
    ]
    schemas = [_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    intro = (
        "Made from [openapi.json](../openapi.json), which describes the same to programs. "
        "For a beginning, with examples, see [reading over HTTP](../http-api.md).\n"
    )
    return "\n".join(["# HTTP reference", "", intro, *routes, "## What they answer\n", *schemas])


def _route(document: dict[str, Any], method: str, path: str, route: dict[str, Any]) -> str:
    lines = [f"## {method.upper()} `{path}`\n", route.get("description", route.get("summary", "")) + "\n"]
    if parameters := route.get("parameters"):
        rows = [(f"`{one['name']}`", one["in"], _kind(one["schema"]), one.get("description", "")) for one in parameters]
        lines.append(_table(("parameter", "in", "type", "meaning"), rows))
    if body := route.get("requestBody", {}).get("content"):
        lines.append(f"Body: {', '.join(f'`{kind}`' for kind in body)}.\n")
    answers = []
    for status, answer in route["responses"].items():
        shapes = {_kind(content.get("schema", {})) for content in answer.get("content", {}).values()}
        answers.append((status, answer.get("description", ""), ", ".join(sorted(shapes - {"anything"}))))
    lines.append(_table(("status", "when", "answer"), answers))
    return "\n".join(lines)


def _schema(name: str, schema: dict[str, Any]) -> str:
    rows = [
        (f"`{field}`", _kind(one), one.get("description", "")) for field, one in schema.get("properties", {}).items()
    ]
    about = schema.get("description", "").split("\n\nAttributes:")[0]
    return f"### {name}\n\n{about}\n\n{_table(('name', 'type', 'meaning'), rows)}"


def _kind(schema: dict[str, Any]) -> str:
    """Return a schema's type in a few letters, with a link where it has a name."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if choices := schema.get("anyOf"):
        return " or ".join(map(_kind, choices))
    if values := schema.get("enum"):
        return " or ".join(f"`{value}`" for value in values)
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", "anything"))


def _table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    cells = [headings, ("---",) * len(headings), *rows]
    return "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in cells)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
