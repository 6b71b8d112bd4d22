"""What a thousand million pictures would take: `scripts/bench cluster_forecast`.

Computed, not measured: the time that a picture of each kind takes, and how unequal parts of a job are, come from
experiments/cluster.csv, where `scripts/bench cluster_reading` writes what it measured; `ASSUMED` says what was not
measured here, and whence it is. A simulation deals the parts out to workers as Ray Data does, one at a time, on nodes
that are preempted now and then. Prints a table, and last one line of JSON.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import statistics
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from shared.ledger import REPOSITORY, read

SCALE = REPOSITORY / "experiments" / "cluster.csv"
Figures = dict[tuple[str, str], float]  # of what, which quantity


@dataclass(frozen=True)
class Assumed:
    """What was not measured here.

    Attributes:
        core_hour: dollars for a core of a machine that may be taken away (spot); 0.04 and more for one that stays.
        put: dollars for a PUT or LIST request of S3 Standard, by its price list.
        get: dollars for a GET or HEAD request, by the same.
        gets_a_second: that a prefix of a bucket serves for certain; more after S3 has split it, by its documents.
        first_byte: seconds until an object's first byte comes; S3's documents say 0.1 to 0.2.
        node_cores: of a machine.
        node_bytes_a_second: that a machine of that size may receive for long: 10 Gbit/s.
        months_between_failures: of a machine; a twentieth of all are taken away a month, the lowest class of AWS's
            list of spot machines.
        replacement: seconds until another machine works in its place.

    """

    core_hour: float = 0.02
    put: float = 5e-6
    get: float = 4e-7
    gets_a_second: float = 5500
    first_byte: float = 0.15
    node_cores: int = 16
    node_bytes_a_second: float = 1.25e9
    months_between_failures: float = 20.0
    replacement: float = 180.0


ASSUMED = Assumed()
MONTH = 30 * 86_400.0


@dataclass(frozen=True)
class Work:
    """What there is to do.

    Attributes:
        pictures: how many.
        seconds: that a core takes for one.
        bytes: of one.
        row_bytes: of its reading in Parquet.
        in_part: pictures in a part of the output.
        in_object: pictures in an object of the bucket: 1, or as many as are in a shard.

    """

    pictures: float
    seconds: float
    bytes: float
    row_bytes: float
    in_part: int
    in_object: int = 1


def cost(work: Work, cores: int, assumed: Assumed = ASSUMED) -> dict[str, float]:
    """Return what a job takes if nothing fails and no worker waits for another."""
    objects, parts = work.pictures / work.in_object, work.pictures / work.in_part
    hours = work.pictures * work.seconds / cores / 3600
    gets = 2 * objects + 3 * parts  # a HEAD and a GET each; of a part, its piece and whether it is there already
    puts = 2 * parts + objects / 1000  # its piece and itself; a LIST names a thousand objects
    nodes = math.ceil(cores / assumed.node_cores)
    return {
        "hours": hours,
        "pictures_a_second": cores / work.seconds,
        "network_share": (work.bytes / work.seconds) * assumed.node_cores / assumed.node_bytes_a_second,
        "terabytes": work.pictures * work.bytes / 1e12,
        "readings_terabytes": work.pictures * work.row_bytes / 1e12,
        "gets": gets,
        "puts": puts,
        "gets_a_second": gets / (3600 * hours),
        "prefixes": math.ceil(gets / (3600 * hours) / assumed.gets_a_second),
        "listing_hours": objects / 1000 * assumed.first_byte / 3600,
        "planning_hours": parts * assumed.first_byte / 3600,
        "failures": nodes * hours * 3600 / (MONTH * assumed.months_between_failures),
        "core_dollars": hours * cores * assumed.core_hour,
        "request_dollars": gets * assumed.get + puts * assumed.put,
    }


def simulate(
    part_seconds: float,
    spread: npt.NDArray[np.float64],
    parts: int,
    cores: int,
    rng: np.random.Generator,
    assumed: Assumed = ASSUMED,
) -> dict[str, float]:
    """Deal parts out to workers, each the next when it is free, while nodes fail and are replaced.

    Args:
        part_seconds: the mean part's.
        spread: what parts took over their mean, as measured; each part draws from it.
        parts: how many.
        cores: workers.
        rng: of all that is drawn.
        assumed: how often nodes fail, and how long they are away.

    Returns:
        `hours`, `efficiency` (work over what all workers could have done), `lost` (work that was done again, as a
        share), `tail` (how long the last part kept the others waiting, as a share).

    """
    durations = part_seconds * rng.choice(spread / spread.mean(), parts)
    nodes = math.ceil(cores / assumed.node_cores)
    between = MONTH * assumed.months_between_failures
    failures = rng.exponential(between, nodes)
    free = [(0.0, worker) for worker in range(cores)]
    heapq.heapify(free)
    waiting = list(durations)
    lost = end = 0.0
    while waiting:
        begin, worker = heapq.heappop(free)
        node = worker // assumed.node_cores
        if begin >= failures[node]:  # it failed while this worker had nothing in hand
            failures[node] = begin + rng.exponential(between)
        finish = begin + waiting[-1]
        if finish > failures[node]:
            lost += failures[node] - begin
            # The node's other workers meet the same failure: it stays until each of them was away.
            heapq.heappush(free, (failures[node] + assumed.replacement, worker))
            continue
        waiting.pop()
        end = max(end, finish)
        heapq.heappush(free, (finish, worker))
    work = float(durations.sum())
    return {
        "hours": end / 3600,
        "efficiency": work / (cores * end),
        "lost": lost / work,
        "tail": (end - min(time for time, _ in free)) / end,
    }


def measured(path: Path = SCALE) -> Figures:
    """Return the median of each figure in the CSV file, over the runs at the commit that measured it last."""
    rows = read(path)
    newest = {(row["what"], row["quantity"]): row["commit"] for row in rows}
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in rows:
        name = row["what"], row["quantity"]
        if row["commit"] == newest[name]:
            values[name].append(float(row["value"]))
    return {name: statistics.median(found) for name, found in values.items()}


def spread_of(figures: Figures) -> npt.NDArray[np.float64]:
    """Return the quantiles of a part's seconds, as they were measured with two workers on two cores."""
    found = [value for (what, quantity), value in figures.items() if (what, quantity[:9]) == ("parts", "quantile ")]
    return np.array(found)


def part_of(seconds: float, picture_seconds: float, in_object: int) -> int:
    """Return how many pictures make a part of about so many seconds, with two digits; no fewer than a shard holds."""
    pictures = max(1.0, seconds / picture_seconds)
    return max(in_object, int(float(f"{pictures:.2g}")))


def table(pictures: float, cores: int, part_seconds: float, seed: int) -> list[dict[str, Any]]:
    """Return the costs and a simulation for each kind of picture, one to an object and a thousand to a shard."""
    figures = measured()
    spread = spread_of(figures)
    rows = []
    for kind in ("drawing", "line", "page"):
        for in_object in (1, 1000):
            seconds, *sizes = (figures[kind, quantity] for quantity in ("seconds", "bytes", "row bytes"))
            in_part = part_of(part_seconds, seconds, in_object)
            work = Work(pictures, seconds, *sizes, in_part=in_part, in_object=in_object)
            simulated = simulate(
                work.seconds * in_part, spread, round(pictures / in_part), cores, np.random.default_rng(seed)
            )
            rows.append({"kind": kind, **asdict(work), **cost(work, cores), "simulated": simulated})
    return rows


def main() -> None:
    """Compute the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=float, default=1e9)
    parser.add_argument("--cores", type=int, default=1000)
    parser.add_argument("--part-seconds", type=float, default=60, help="about so long a worker takes for a part")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = table(options.pictures, options.cores, options.part_seconds, options.seed)
    print(f"{options.pictures:,.0f} pictures, {options.cores:,} cores: computed")
    print(
        f"{'kind':<8} {'an object':>9} {'a part':>7} {'hours':>7} {'simulated':>9} {'efficiency':>10} "
        f"{'TB':>8} {'network':>8} {'GET/s':>8} {'listing h':>9} {'cores $':>9} {'requests $':>10}"
    )
    for row in rows:
        print(
            f"{row['kind']:<8} {row['in_object']:>9,} {row['in_part']:>7,} {row['hours']:>7.1f} "
            f"{row['simulated']['hours']:>9.1f} {row['simulated']['efficiency']:>10.1%} "
            f"{row['terabytes']:>8.1f} {row['network_share']:>8.1%} {row['gets_a_second']:>8,.0f} "
            f"{row['listing_hours']:>9.1f} {row['core_dollars']:>9,.0f} {row['request_dollars']:>10,.0f}"
        )
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
