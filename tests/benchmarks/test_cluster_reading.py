"""The cost model adds up, and its simulation agrees with what can be reckoned by hand."""

import numpy as np
import pytest
from cluster_forecast import ASSUMED, Assumed, Work, cost, measured, simulate
from cluster_reading import COLUMNS, KINDS, STAGES, rates, write_pictures
from shared.ledger import append

EVEN = np.ones(1)
NEVER = Assumed(months_between_failures=1e9)
DRAWINGS = Work(1e9, 0.01, 5000, 300, in_part=5000)


def test_twice_the_cores_take_half_the_time_and_the_same_money() -> None:
    once, twice = cost(DRAWINGS, 1000), cost(DRAWINGS, 2000)
    assert twice["hours"] == pytest.approx(once["hours"] / 2)
    assert twice["core_dollars"] == pytest.approx(once["core_dollars"])
    assert once["hours"] == pytest.approx(1e9 * 0.01 / 1000 / 3600)


def test_shards_save_requests_and_nothing_else() -> None:
    alone, together = cost(DRAWINGS, 1000), cost(Work(**vars(DRAWINGS) | {"in_object": 1000}), 1000)
    assert together["gets"] < alone["gets"] / 500
    assert together["hours"] == alone["hours"]
    assert alone["prefixes"] > 1 >= together["prefixes"]


def test_equal_parts_that_come_out_even_leave_no_worker_idle() -> None:
    simulated = simulate(10.0, EVEN, 400, 100, np.random.default_rng(0), NEVER)
    assert simulated == pytest.approx({"hours": 40 / 3600, "efficiency": 1.0, "lost": 0.0, "tail": 0.0})


def test_one_part_too_many_keeps_all_others_waiting() -> None:
    simulated = simulate(10.0, EVEN, 401, 100, np.random.default_rng(0), NEVER)
    assert simulated["hours"] == pytest.approx(50 / 3600)
    assert simulated["tail"] == pytest.approx(0.2)


def test_failures_cost_what_was_in_hand_and_no_more() -> None:
    often = Assumed(months_between_failures=1000 / (30 * 86_400), replacement=10.0)
    simulated = simulate(10.0, EVEN, 20_000, 160, np.random.default_rng(0), often)
    # A node of 16 fails every 1,000 s, and each of its workers loses half a part of 10 s, on average.
    assert simulated["lost"] == pytest.approx(5 / 1000, rel=0.5)
    assert 0.95 < simulated["efficiency"] < 0.995


def test_the_simulation_is_never_better_than_the_plain_cost() -> None:
    spread = np.random.default_rng(1).lognormal(sigma=0.5, size=50)
    simulated = simulate(DRAWINGS.seconds * 5000, spread, 2000, 100, np.random.default_rng(0), ASSUMED)
    assert 0.8 < simulated["efficiency"] < 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_shares_of_the_stages_add_up(kind: str, tmp_path) -> None:
    figures = rates(kind, write_pictures(kind, 1, tmp_path / kind))
    shares = {quantity: value for (_, quantity), value in figures.items() if quantity.startswith("share of ")}
    assert len(shares) == len(STAGES) + 1
    assert sum(shares.values()) == pytest.approx(1)
    assert all(0 < share < 1 for share in shares.values())


def test_the_median_of_the_newest_commit_counts(tmp_path) -> None:
    for commit, value in (("old", 9), ("new", 1), ("new", 2), ("new", 6)):
        append(
            tmp_path / "cluster.csv", COLUMNS, {"commit": commit, "what": "page", "quantity": "seconds", "value": value}
        )
    assert measured(tmp_path / "cluster.csv") == {("page", "seconds"): 2}
