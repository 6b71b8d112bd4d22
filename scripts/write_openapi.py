"""Write docs/openapi.json from the routes of the service; with --check, only say whether it is up to date."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from inkdigits.service.application import create_app
from inkdigits.service.service_settings import Settings

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"


def main() -> int:
    """Write the document, or check it."""
    text = json.dumps(create_app(Settings()).openapi(), ensure_ascii=False, indent=2) + "\n"
    if "--check" not in sys.argv[1:]:
        DOCUMENT.write_text(text, encoding="utf-8")
        return 0
    if DOCUMENT.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{DOCUMENT} is out of date; run: python scripts/write_openapi.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
