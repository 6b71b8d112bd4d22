"""`/docs`: the OpenAPI document as a page without a script, for people."""

from __future__ import annotations

from html import escape
from typing import Any

__all__ = ["reference_page"]

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}: HTTP interface</title>
<h1>{title} {version}: HTTP interface</h1>
<p>{description} The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
{operations}
</html>
"""


def reference_page(document: dict[str, Any]) -> str:
    """Return an OpenAPI document as HTML: each route with its parameters, bodies and answers."""
    operations = (
        _operation(method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    info = {name: escape(document["info"][name]) for name in ("title", "version", "description")}
    return _PAGE.format(**info, operations="\n".join(operations))


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    bodies = operation.get("requestBody", {}).get("content", {})
    parameters = (
        (f"{parameter['name']} ({parameter['in']})", parameter.get("description", ""))
        for parameter in operation.get("parameters", ())
    )
    answers = ((status, answer["description"]) for status, answer in sorted(operation["responses"].items()))
    return "\n".join(
        (
            f"<h2><code>{method} {escape(path)}</code></h2>",
            f"<p>{escape(operation.get('description', ''))}</p>",
            _list("Parameters", parameters),
            _list("Body", ((kind, "") for kind in bodies)),
            _list("Answers", answers),
        )
    )


def _list(heading: str, entries: Any) -> str:
    items = "".join(f"<li><code>{escape(name)}</code> {escape(text)}</li>" for name, text in entries)
    return f"<h3>{heading}</h3>\n<ul>{items}</ul>" if items else ""
