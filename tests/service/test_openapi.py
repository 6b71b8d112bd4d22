"""The OpenAPI document is what the code says, and the code does what it says."""

import json
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DOCUMENT = json.loads((REPOSITORY / "docs" / "openapi.json").read_text(encoding="utf-8"))


def test_the_document_is_what_the_code_says(served) -> None:
    check = [sys.executable, str(REPOSITORY / "scripts" / "write_openapi.py"), "--check"]
    answer = subprocess.run(check, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert served.client.get("/openapi.json").json() == DOCUMENT


def test_every_route_and_option_is_in_the_documents() -> None:
    text = (REPOSITORY / "docs" / "http-api.md").read_text(encoding="utf-8")
    for path, methods in DOCUMENT["paths"].items():
        assert path in text, path
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                assert parameter["name"] in text, parameter["name"]
