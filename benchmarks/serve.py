"""What the HTTP service bears: `python benchmarks/serve.py [--quick]`.

Every row is one promise of the service: its bar, what was measured, and whether it holds. The load comes from this
machine, over loopback, for a time that is given; wrk and hey are Debian's. A bare function that decodes, resizes and
runs one network is measured in the same run, and with --before FOLDER, the `src` of another version, that version
too. Prints a table, adds it to experiments/service.csv, and last prints one line of JSON. With --quick, each row takes
seconds, and nothing is added.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reading import drawing_of_280, page_of
from serving.attacks import costly_requests, under
from serving.load import Answers, finish_wrk, need, open_load, p99, start_wrk
from serving.process import Service
from shared.ledger import REPOSITORY, append, commit, machine

TABLE = REPOSITORY / "experiments" / "service.csv"
COLUMNS = ("date", "commit", "machine", "workers", "measure", "bar", "measured", "unit", "holds")
TOKEN = "a-token-of-this-benchmark-alone"  # noqa: S105 - opens nothing but the benchmark's own service


@dataclass(frozen=True)
class Row:
    """One promise: what was measured, in a unit, and the bar that it should not pass, or should."""

    measure: str
    measured: float
    bar: float
    unit: str
    more_is_better: bool = False

    @property
    def holds(self) -> bool:
        """Whether the promise is kept."""
        return self.measured >= self.bar if self.more_is_better else self.measured <= self.bar


@dataclass(frozen=True)
class Bench:
    """How the service is measured: with so many workers, each load for so many seconds."""

    folder: Path
    picture: Path
    workers: int
    seconds: float
    soak_seconds: float
    before: Path | None = None

    def service(self, *options: str, source: Path | None = None) -> Service:
        """Start a service, of this version or of another."""
        return Service(self.folder, "--workers", str(self.workers), *options, source=source)

    def bare(self) -> Service:
        """Start a bare function, in as many processes."""
        command = ("-m", "uvicorn", "--no-access-log", "--app-dir", str(Path(__file__).parent), "serving.bare:app")
        return Service(self.folder, "--workers", str(self.workers), command=command)


def starting(bench: Bench) -> Iterator[Row]:
    """Measure how soon it answers, and its memory before anybody asks."""
    seconds = []
    for _ in range(5):
        with Service(bench.folder) as service:
            seconds.append(service.seconds)
            memory = service.mebibytes()
    yield Row("ready after start, one process", statistics.median(seconds), 1.0, "s")
    yield Row("memory, idle, one process", memory, 150, "MiB")


def reading(bench: Bench) -> Iterator[Row]:
    """Measure 280×280 pictures over 16 connections, and over one."""
    with bench.service() as service:
        many = _over_16(service, bench)
        yield Row("16 connections: requests a second", many.rate, 1000, "1/s", more_is_better=True)
        yield Row("16 connections: p99", many.p99, 50, "ms")
        yield Row("16 connections: errors", many.lost + many.refused + many.status, 0, "")
        yield Row("16 connections: memory", service.mebibytes(), 300, "MiB")
        one = finish_wrk(start_wrk(_read(service), bench.picture, 1, bench.seconds))
        yield Row("one connection: p99", one.p99, 5, "ms")
    with bench.bare() as service:
        least = finish_wrk(start_wrk(service.url, bench.picture, 16, bench.seconds))
        yield Row("16 connections: share of a bare function's", many.rate / least.rate, 0.31, "", more_is_better=True)
    if bench.before:
        with bench.service(source=bench.before) as service:
            then = _over_16(service, bench)
            yield Row("16 connections: times the version before", many.rate / then.rate, 1, "", more_is_better=True)
            then = finish_wrk(start_wrk(_read(service), bench.picture, 1, bench.seconds))
            yield Row("one connection: p99, more than the version before", one.p99 - then.p99, 0.5, "ms")


def overload(bench: Bench) -> Iterator[Row]:
    """Measure ten times more than it can take."""
    with bench.service() as service:
        read = _read(service)
        can = finish_wrk(start_wrk(read, bench.picture, 16, min(3.0, bench.seconds))).rate
        before = service.mebibytes()
        answers = open_load(read, bench.picture, 200, 10 * can, bench.seconds)
        taken = [answer.milliseconds for answer in answers if answer.status == 200]
        refused = [answer.milliseconds for answer in answers if answer.status == 503]
        yield Row("overload: p99 of those taken", p99(taken), 200, "ms")
        yield Row("overload: p99 of 503", p99(refused), 50, "ms")
        yield Row("overload: other answers", len(answers) - len(taken) - len(refused), 0, "")
        yield Row("overload: memory added", service.mebibytes() - before, 150, "MiB")


def soak(bench: Bench) -> Iterator[Row]:
    """Measure a long time at 70 % of what it can take, while a costly request comes each second or sooner."""
    killers = costly_requests(b"", 0, "bundled")
    with bench.service("--picture-seconds", "3") as service, under(service.url, killers, len(killers)):
        read = _read(service)
        can = finish_wrk(start_wrk(read, bench.picture, 16, min(10.0, bench.seconds))).rate
        with sampled(service.mebibytes) as memory:  # a reader may just have been replaced, at any moment
            answers = open_load(read, bench.picture, 16, 0.7 * can, bench.soak_seconds)
        third = len(memory) // 3
        growth = 100 * (statistics.mean(memory[-third:]) / statistics.mean(memory[:third]) - 1)
        errors = sum(answer.status != 200 for answer in answers)
        what = f"{bench.soak_seconds / 60:.2g} minutes at 70%, a costly request a second"
        yield Row(f"{what}: memory growth", growth, 3, "%")
        yield Row(f"{what}: errors", errors, 0, "")


@contextmanager
def sampled(measure: Callable[[], float]) -> Iterator[list[float]]:
    """Measure something each second while a block runs."""
    values, over = [measure()], threading.Event()

    def sample() -> None:
        while not over.wait(1):
            values.append(measure())

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield values
    finally:
        over.set()
        sampler.join()


def attacked(bench: Bench) -> Iterator[Row]:
    """Measure health and drawings while costly requests and 16 pages of 12 megapixels are sent over and over."""
    page = page_of(12, bench.folder).read_bytes()
    with bench.service("--picture-seconds", "3") as service:
        read = _read(service)
        finish_wrk(start_wrk(read, bench.picture, 4, min(3.0, bench.seconds)))
        with under(service.url, costly_requests(page, 16, "bundled")):
            drawings = start_wrk(read, bench.picture, 4, bench.seconds)
            seconds = []
            while drawings.poll() is None:
                begin = time.perf_counter()
                with urllib.request.urlopen(f"{service.url}/v2/health/live"):
                    seconds.append(time.perf_counter() - begin)
                time.sleep(0.02)
            answers = finish_wrk(drawings)
        yield Row("attacked: health, p99", 1000 * p99(seconds), 20, "ms")
        yield Row("attacked: a drawing over 4 connections, p99", answers.p99, 300, "ms")
        yield Row("attacked: drawings refused", answers.lost + answers.refused + answers.status, 0, "")
        yield Row("attacked: memory of all processes", service.mebibytes(), 1500, "MiB")


def stopping(bench: Bench) -> Iterator[Row]:
    """Measure the end of a service that is told to stop while it is asked."""
    with bench.service() as service:
        load = start_wrk(_read(service), bench.picture, 16, min(bench.seconds, 5.0))
        time.sleep(2)
        begin = time.perf_counter()
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(60)
        yield Row("SIGTERM under load: until it has ended", time.perf_counter() - begin, 30, "s")
        yield Row("SIGTERM under load: requests lost", finish_wrk(load).lost, 0, "")


def reloading(bench: Bench) -> Iterator[Row]:
    """Measure 20 reloads of the model while it is asked."""
    token = bench.folder / "token"
    token.write_text(TOKEN)
    with bench.service("--token-file", str(token)) as service:
        load = start_wrk(_read(service), bench.picture, 16, bench.seconds, TOKEN)
        for _ in range(20):
            request = urllib.request.Request(
                f"{service.url}/v1/models/reload", method="POST", headers={"Authorization": f"Bearer {TOKEN}"}
            )
            with urllib.request.urlopen(request):
                time.sleep(bench.seconds / 40)
        answers = finish_wrk(load)
        yield Row("20 reloads under load: failed requests", answers.lost + answers.refused + answers.status, 0, "")


def killing(bench: Bench) -> Iterator[Row]:
    """Measure how soon a reader is back that is killed while the service is asked."""
    with Service(bench.folder, "--workers", "2") as service:
        load = start_wrk(_read(service), bench.picture, 16, min(bench.seconds, 8.0))
        time.sleep(1)
        killed = min(service.readers())
        begin = time.perf_counter()
        os.kill(killed, signal.SIGKILL)
        while len(set(service.readers()) - {killed}) < 2:
            time.sleep(0.02)
        yield Row("a reader killed under load: back after", time.perf_counter() - begin, 2, "s")
        answers = finish_wrk(load)
        yield Row("a reader killed under load: requests lost", answers.lost, 16, "")
        yield Row("a reader killed under load: errors answered", answers.status, 0, "")


def _over_16(service: Service, bench: Bench) -> Answers:
    """Return what 16 connections are answered by a service that was warmed up."""
    finish_wrk(start_wrk(_read(service), bench.picture, 16, min(3.0, bench.seconds)))
    return finish_wrk(start_wrk(_read(service), bench.picture, 16, bench.seconds))


def _read(service: Service) -> str:
    return f"{service.url}/v1/read?single=true"


MEASURES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    measure.__name__: measure for measure in (starting, reading, overload, attacked, stopping, reloading, killing, soak)
}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], help="all if none is named")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes of the service")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load but the long one")
    parser.add_argument("--soak-minutes", type=float, default=15.0)
    parser.add_argument("--before", type=Path, metavar="FOLDER", help="the src of a version to measure beside this one")
    parser.add_argument("--quick", action="store_true", help="seconds for each load; adds nothing to the table")
    options = parser.parse_args()
    need("wrk", "hey")
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seconds, soak_seconds = (4.0, 10.0) if options.quick else (options.seconds, 60 * options.soak_minutes)
        bench = Bench(folder, drawing_of_280(folder), options.workers, seconds, soak_seconds, options.before)
        for measure in options.measures or MEASURES:
            for row in MEASURES[measure](bench):
                bar = f"{'≥' if row.more_is_better else '≤'} {row.bar:,g} {row.unit}"
                verdict = "holds" if row.holds else "does not hold"
                print(f"{row.measure:<50} {row.measured:>10,.4g} {row.unit:<4} {bar:<12} {verdict}", flush=True)
                rows.append(row)
    if not options.quick:
        common = {
            "date": datetime.now(UTC).date(), "commit": commit(), "machine": machine(), "workers": options.workers
        }  # fmt: skip
        for row in rows:
            figures = {name: getattr(row, name) for name in ("measure", "bar", "measured", "unit", "holds")}
            append(TABLE, COLUMNS, common | figures)
    print(json.dumps({row.measure: round(row.measured, 4) for row in rows}))


if __name__ == "__main__":
    main()
