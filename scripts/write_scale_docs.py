"""Write the figures of docs/scale.md from experiments/cluster.csv; with --check, only check them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY / "benchmarks"))

from cluster_forecast import SCALE, Figures, measured, table  # noqa: E402 - benchmarks are no package
from shared.ledger import read  # noqa: E402

PAGE = REPOSITORY / "docs" / "scale.md"
BEGIN, END = "<!-- figures: written by scripts/write_scale_docs.py -->", "<!-- end of figures -->"
NOTHING_YET = "Not measured yet: run `scripts/bench cluster_reading`, then `scripts/write_scale_docs.py`."
KINDS = {"drawing": "drawings", "line": "cheque-like lines", "page": "pages"}
MEASURED = {*KINDS, "workers", "parts", "restart", "driver", "engines"}  # by `scripts/bench cluster_reading`
STAGES = ("I/O", "decoding", "ink", "models", "layout and the rest")


def rates(figures: Figures) -> list[str]:
    """Return the table of what a picture takes."""
    lines = [f"| | pictures a second and core | {' | '.join(STAGES)} |", "| --- " * (len(STAGES) + 2) + "|"]
    for kind, name in KINDS.items():
        shares = (f"{figures[kind, f'share of {stage}']:.0%}" for stage in STAGES)
        lines.append(f"| {name} | {figures[kind, 'pictures a second and core']:.3g} | {' | '.join(shares)} |")
    return lines


def engines(figures: Figures) -> list[str]:
    """Return what Ray adds, what the second worker brings, and what the driver takes."""
    rows = {quantity: value for (what, quantity), value in figures.items() if what == "driver"}
    memory = "; ".join(f"{value:.0f} MiB with {quantity.partition(', ')[2]}" for quantity, value in rows.items())
    local, halves, ray, begin = (
        figures["engines", f"seconds, {name}"]
        for name in ("plain command", "2 plain processes", "Ray, 2 workers", "Ray's start and end")
    )
    gain = figures["workers", "seconds, 1"] / figures["workers", "seconds, 2"]
    over, over_halves, running = ray / local - 1, ray / halves - 1, (ray - begin) / halves - 1
    restart = {quantity: value for (what, quantity), value in figures.items() if what == "restart"}
    return [
        f"| {figures['engines', 'drawings']:,.0f} drawings on 2 cores | whole command, seconds |",
        "| --- | --- |",
        f"| the plain command, which gives its models both cores and reads one picture after the other | {local:.0f} |",
        f"| two plain processes with a thread each, a half of the pictures each | {halves:.0f} |",
        f"| `inkdigits cluster read --workers 2` | {ray:.0f} |",
        f"| … of which Ray's start and end | {begin:.0f} |",
        "",
        f"With 2 workers Ray takes {over:+.0%} against the plain command and {over_halves:+.0%} against two plain",
        f"processes, {running:+.0%} without its start and end. Where Ray runs already, 2 workers are {gain:.2f} times",
        f"as fast as 1. A job that was killed with {restart['parts when killed']:.0f} of",
        f"{restart['parts at the end']:.0f} parts finished lost {restart['finished parts lost']:.0f} of them and wrote",
        f"{restart['finished parts written again']:.0f} again. Memory of the driver: {memory}.",
    ]


def reckoned(rows: list[dict[str, Any]]) -> list[str]:
    """Return the table of what 10⁹ pictures would take."""
    lines = [
        "| 10⁹ pictures on 1,000 cores | in an object | in a part | hours | … simulated | efficiency | TB read | "
        "of the network | GETs a second | prefixes | listing, hours | cores | requests |",
        "| --- " * 13 + "|",
    ]
    for row in rows:
        simulated = row["simulated"]
        lines.append(
            f"| {KINDS[row['kind']]} | {row['in_object']:,} | {row['in_part']:,} | {row['hours']:.1f} | "
            f"{simulated['hours']:.1f} | {simulated['efficiency']:.1%} | {row['terabytes']:.3g} | "
            f"{row['network_share']:.1%} | {row['gets_a_second']:,.0f} | {row['prefixes']} | "
            f"{row['listing_hours']:.2g} | ${row['core_dollars']:,.0f} | ${row['request_dollars']:,.0f} |"
        )
    return lines


def section() -> str:
    """Return what stands between the marks."""
    figures = measured()
    if not {what for what, _ in figures} >= MEASURED:
        return NOTHING_YET
    newest = [row for row in read(SCALE) if row["what"] in MEASURED][-1]
    where = f"Measured on {newest['machine']}, {newest['date']}, at commit {newest['commit']}:"
    computed = reckoned(table(1e9, 1000, part_seconds=60, seed=0))
    return "\n".join([where, "", *rates(figures), "", *engines(figures), "", "Computed from that:", "", *computed])


def main() -> int:
    """Write the page, or check it."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    wanted = f"{head}{BEGIN}\n{section()}\n{END}{tail}"
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    if text == wanted:
        return 0
    sys.stderr.write(f"{PAGE} is out of date; run: python scripts/write_scale_docs.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
