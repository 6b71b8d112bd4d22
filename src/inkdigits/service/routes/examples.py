"""One request, as one would write it in curl, Python and JavaScript."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Example"]

_PICTURE = "picture.jpg"
_BODY_FILE = "body.json"


@dataclass(frozen=True)
class Example:
    """A request to show.

    Attributes:
        method: of HTTP.
        url: all of it.
        json: its body, if that is JSON.
        takes_picture: whether its body is a picture.
        takes_token: whether the service asks for a token.

    """

    method: str
    url: str
    json: str | None = None
    takes_picture: bool = False
    takes_token: bool = False

    @property
    def file(self) -> str | None:
        """The file that is its body, if it has one that does not stand in the example."""
        if self.takes_picture:
            return _PICTURE
        return _BODY_FILE if self.json is not None and len(self.json) > 400 else None

    def in_languages(self) -> dict[str, str]:
        """Return the request in each language, by its name."""
        return {"curl": self._curl(), "Python": self._python(), "JavaScript": self._javascript()}

    def _headers(self) -> dict[str, str]:
        token = {"Authorization": "Bearer TOKEN"} if self.takes_token else {}
        return token | ({"Content-Type": "application/json"} if self.json is not None else {})

    def _curl(self) -> str:
        parts = ["curl"]
        if self.method != ("POST" if self._has_body else "GET"):
            parts.append(f"-X {self.method}")
        parts += [f"-H '{name}: {value}'" for name, value in self._headers().items()]
        if self.file:
            parts.append(f"--data-binary @{self.file}")
        elif self.json is not None:
            parts.append(f"-d '{self.json}'")
        return " ".join([*parts, self.url])

    def _python(self) -> str:
        lines = ["import json" if self._answers_json else "", "import urllib.request", ""]
        arguments = [f'    "{self.url}",']
        if self.file:
            arguments.append(f'    data=open("{self.file}", "rb").read(),')
        elif self.json is not None:
            arguments.append(f"    data=b'{self.json}',")
        if headers := self._headers():
            arguments.append(f"    headers={headers!r},".replace("'", '"'))
        arguments.append(f'    method="{self.method}",')
        lines += ["request = urllib.request.Request(", *arguments, ")"]
        lines += ["with urllib.request.urlopen(request) as answer:"]
        lines += ["    print(json.load(answer))" if self._answers_json else "    print(answer.read().decode())"]
        return "\n".join(lines).lstrip("\n")

    def _javascript(self) -> str:
        lines = ['import { readFile } from "node:fs/promises";', ""] if self.file else []
        lines.append(f'const answer = await fetch("{self.url}", {{')
        lines.append(f'  method: "{self.method}",')
        if headers := self._headers():
            inside = ", ".join(f'"{name}": "{value}"' for name, value in headers.items())
            lines.append(f"  headers: {{ {inside} }},")
        if self.file:
            lines.append(f'  body: await readFile("{self.file}"), // in a browser, a File or a Blob')
        elif self.json is not None:
            lines.append(f"  body: JSON.stringify({self.json}),")
        lines.append("});")
        lines.append(f"console.log(await answer.{'json' if self._answers_json else 'text'}());")
        return "\n".join(lines)

    @property
    def _has_body(self) -> bool:
        return self.takes_picture or self.json is not None

    @property
    def _answers_json(self) -> bool:
        return self.method != "DELETE" and not self.url.endswith("/metrics")
