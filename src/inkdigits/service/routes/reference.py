"""`/docs`: the OpenAPI document as a page for people: what each route takes and answers, examples, a form to try it.

It can be read without a script; the forms need one, `static/js/reference.js`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from inkdigits.service.routes.examples import Example
from inkdigits.service.service import service_of

router = APIRouter(include_in_schema=False)

_FRAME = Path(__file__).parents[1] / "static" / "reference.html"
_BLANK = {"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", "data": [0] * 784}
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
_EMPTY = "iVBORw0KGgoAAAANSUhEUgAAABwAAAAcCAAAAABXZoBIAAAAEElEQVR42mNgGAWjYBQQAwADLAAB1wvpfAAAAABJRU5ErkJggg=="
_BODIES: dict[str, object] = {  # by the beginning of the path
    "/v1/corrections": {
        **{"picture_crop": _PIXEL, "predicted": 3, "corrected": 8},
        **{"confidence": 0.61, "model": "mine"},
    },
    "/v1/explain": {"image": _EMPTY, "value": 1},
    "/v2/models": {"inputs": [_BLANK]},
}


@router.get("/docs")
async def reference(request: Request) -> HTMLResponse:
    """Return the page."""
    service = service_of(request)
    model = service.models.current.about
    known = {"name": model.name, "version": model.version, "number": "1"}
    page = _Page(request.app.openapi(), str(request.base_url).rstrip("/"), known, service.settings.token is not None)
    return HTMLResponse(page.html())


@dataclass(frozen=True)
class _Page:
    """The page of one document."""

    document: dict[str, Any]  # of OpenAPI
    url: str  # where the service is
    known: Mapping[str, str]  # values for the parts of paths
    takes_token: bool  # whether the service asks for one

    def html(self) -> str:
        operations = [
            (method.upper(), path, operation)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        ]
        info = {name: escape(self.document["info"][name]) for name in ("title", "version")}
        frame = _FRAME.read_text(encoding="utf-8")
        contents = "\n".join(
            f'<li><a href="#{_anchor(method, path)}"><b>{method}</b> {escape(path).replace("/", "<wbr>/")}</a></li>'
            for method, path, _ in operations  # a narrow window may break a path before its slashes
        )
        sections = "\n".join(self._operation(*operation) for operation in operations)
        parts = {**info, "url": escape(self.url), "contents": contents, "operations": sections}
        return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], frame)

    def _operation(self, method: str, path: str, operation: dict[str, Any]) -> str:
        content = operation.get("requestBody", {}).get("content", {})
        body = next((body for start, body in _BODIES.items() if content and path.startswith(start)), None)
        filled = re.sub(r"\{(\w+)\}", lambda match: self.known[match[1]], path)
        example = Example(
            method,
            self.url + filled,
            json=None if body is None else json.dumps(body),
            takes_picture=bool(content) and body is None,
            takes_token=self.takes_token and path.startswith(("/v1", "/v2", "/metrics")),
        )
        anchor = _anchor(method, path)
        takes = [(one["name"], escape(_meaning(one))) for one in operation.get("parameters", ())]
        if content:
            takes.append(("body", " or ".join(f"<code>{escape(kind)}</code>" for kind in content)))
        errors = _table("", self._answers(operation, "45d"))
        parts = (
            f'<section class="card operation" id="{anchor}" aria-labelledby="{anchor}-title">',
            f'<h2 id="{anchor}-title"><b class="method">{method}</b> <code>{escape(path)}</code></h2>',
            f"<p>{escape(operation.get('description', ''))}</p>",
            _examples(example, anchor),
            _table("Takes", takes),
            _table("Answers", self._answers(operation, "2")),
            f"<details><summary>Errors</summary>{errors}</details>" if errors else "",
            self._form(method, path, operation, example),
            "</section>",
        )
        return "\n".join(part for part in parts if part)

    def _answers(self, operation: dict[str, Any], beginnings: str) -> list[tuple[str, str]]:
        """Return the answers whose status begins with one of some letters: "d" is that of the default."""
        rows = []
        for status, answer in sorted(operation["responses"].items()):
            if status[0] not in beginnings:
                continue
            content = answer.get("content", {}) if status.startswith("2") else {}
            fields = "".join(self._fields(kind.get("schema", {})) for kind in content.values())
            rows.append((status, escape(answer["description"]) + fields))
        return rows

    def _fields(self, schema: dict[str, Any]) -> str:
        """Return the names of what a JSON answer holds."""
        for one in schema.get("anyOf", [schema]):
            name = one.get("$ref", "").rpartition("/")[2]
            if properties := self.document["components"]["schemas"].get(name, {}).get("properties"):
                return ": " + ", ".join(f"<code>{escape(field)}</code>" for field in properties)
        return ""

    def _form(self, method: str, path: str, operation: dict[str, Any], example: Example) -> str:
        fields = [_field(parameter, self.known) for parameter in operation.get("parameters", ())]
        if example.takes_picture:
            fields.append('<label>Picture <input type="file" name="body" accept="image/*,.pdf" required></label>')
        elif example.json is not None:
            fields.append(f'<label>Body <textarea name="body" rows="4">{escape(example.json)}</textarea></label>')
        return "\n".join(
            (
                f'<form class="try" data-method="{method}" data-path="{escape(path)}" hidden>',
                "<h3>Try it</h3>",
                *fields,
                '<button type="submit" class="primary">Send</button>',
                '<pre class="answer" tabindex="0" role="status" aria-label="Answer" hidden></pre>',
                "</form>",
            )
        )


def _anchor(method: str, path: str) -> str:
    return re.sub(r"\W+", "-", f"{method}{path}").strip("-").lower()


def _meaning(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    kinds = [one.get("type") for one in schema.get("anyOf", [schema])]
    words = [str(parameter.get("description", "")), f"{kinds[0]}, in the {parameter['in']}"]
    if "default" in schema:
        words.append(f"default {json.dumps(schema['default'])}")
    return "; ".join(word for word in words if word)


def _table(heading: str, rows: list[tuple[str, str]]) -> str:
    """Return rows of a name and what it means; the meaning is HTML."""
    if not rows:
        return ""
    body = "".join(f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{words}</td></tr>' for name, words in rows)
    title = f"<h3>{heading}</h3>" if heading else ""
    return f'{title}<table class="facts">{body}</table>'


def _examples(example: Example, anchor: str) -> str:
    blocks = "".join(
        f'<details name="{anchor}"{" open" if number == 0 else ""}><summary>{language}</summary>'
        f'<pre tabindex="0"><code>{escape(code)}</code></pre></details>'
        for number, (language, code) in enumerate(example.in_languages().items())
    )
    return f'<h3>Example</h3><div class="examples-of">{blocks}</div>'


def _field(parameter: dict[str, Any], known: Mapping[str, str]) -> str:
    name, schema = escape(parameter["name"]), parameter["schema"]
    where = f'name="{name}" data-in="{parameter["in"]}"'
    if schema.get("type") == "boolean":
        return f'<label class="check"><input type="checkbox" {where} value="true"> {name}</label>'
    value = known.get(parameter["name"], "") if parameter["in"] == "path" else ""
    shown = f'value="{escape(value)}" placeholder="{escape(str(schema.get("default", "")))}"'
    return f'<label>{name} <input type="text" {where} {shown}></label>'
