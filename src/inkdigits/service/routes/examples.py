"""One request, as one would write it in curl, Python and JavaScript."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A request to show."""

    method: str
    url: str
    json: str | None = None  # its body, if that is JSON
    takes_picture: bool = False  # whether its body is a picture
    takes_token: bool = False

    def in_languages(self) -> dict[str, str]:
        """Return the request in each language, by its name."""
        return {"curl": self._curl(), "Python": self._python(), "JavaScript": self._javascript()}

    def _curl(self) -> str:
        body = self._body("--data-binary @{}", "-d '{}'")
        is_usual = self.method == ("POST" if body else "GET")
        headers = [f"-H '{name}: {value}'" for name, value in self._headers().items()]
        return " ".join(["curl", *([] if is_usual else [f"-X {self.method}"]), *headers, *body, self.url])

    def _python(self) -> str:
        headers = f"    headers={self._headers()!r},".replace("'", '"')
        lines = (
            *(["import json"] if self._answers_json else []),
            "import urllib.request",
            "",
            "request = urllib.request.Request(",
            f'    "{self.url}",',
            *self._body('    data=open("{}", "rb").read(),', "    data=b'{}',"),
            *([headers] if self._headers() else []),
            f'    method="{self.method}",',
            ")",
            "with urllib.request.urlopen(request) as answer:",
            f"    print({'json.load(answer)' if self._answers_json else 'answer.read().decode()'})",
        )
        return "\n".join(lines)

    def _javascript(self) -> str:
        body = self._body(
            '  body: await readFile("{}"), // in a browser, a File or a Blob', "  body: JSON.stringify({}),"
        )
        headers = ", ".join(f'"{name}": "{value}"' for name, value in self._headers().items())
        lines = (
            *(['import { readFile } from "node:fs/promises";', ""] if self._file else []),
            f'const answer = await fetch("{self.url}", {{',
            f'  method: "{self.method}",',
            *([f"  headers: {{ {headers} }},"] if headers else []),
            *body,
            "});",
            f"console.log(await answer.{'json' if self._answers_json else 'text'}());",
        )
        return "\n".join(lines)

    def _headers(self) -> dict[str, str]:
        token = {"Authorization": "Bearer TOKEN"} if self.takes_token else {}
        return token | ({"Content-Type": "application/json"} if self.json is not None else {})

    def _body(self, in_file: str, written: str) -> list[str]:
        """Return what says of the body in which file it is, or else what it is; nothing if there is none."""
        if self._file:
            return [in_file.format(self._file)]
        return [] if self.json is None else [written.format(self.json)]

    @property
    def _file(self) -> str | None:
        if self.takes_picture:
            return "picture.jpg"
        return "body.json" if self.json is not None and len(self.json) > 400 else None

    @property
    def _answers_json(self) -> bool:
        return self.method != "DELETE" and not self.url.endswith("/metrics")
