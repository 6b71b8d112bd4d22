"""How recipes are compared with other programs."""

from argparse import ArgumentTypeError

import pytest
from peers import WHOLE, Program, Run, ratios, summarise


def run(program: str, seconds: list[float], accuracies: dict[int, float]) -> Run:
    return Run(Program.parse(program), seconds, accuracies, process_seconds=10.0, processor_seconds=9.0, versions={})


def test_a_recipe_with_other_epochs_is_another_training_and_a_peer_is_a_part_of_its_own() -> None:
    assert Program.parse("mlp:3") == Program("mlp", 3, 3)
    assert Program.parse("notebook:3") == Program("notebook", 3, WHOLE["notebook"])
    with pytest.raises(ArgumentTypeError, match="did you mean 'notebook'"):
        Program.parse("notebok")


def test_epochs_that_did_not_run_count_as_the_quickest() -> None:
    assert run("notebook:3", [4, 2, 3], {}).whole == 9 + 17 * 2
    assert run("mlp:3", [4, 2, 3], {}).whole == 9


def test_time_to_a_target_ends_with_the_first_epoch_that_reaches_it() -> None:
    peer = run("keras_convnet:3", [4, 2, 3], {1: 0.98, 2: 0.9922, 3: 0.99})
    assert peer.until(0.9922) == 6
    assert peer.until(0.995) is None


def test_ratios_are_taken_round_by_round_and_only_where_both_arrived() -> None:
    recipes = [run("fast:1", [seconds], {1: 0.993}) for seconds in (1, 2, 4)]
    peers = [run("keras_convnet:1", [10], {1: accuracy}) for accuracy in (0.993, 0.993, 0.99)]
    assert ratios(recipes, peers, lambda run: run.an_epoch) == {"median": 5, "min": 2.5, "max": 10, "n": 3}
    assert ratios(recipes, peers, lambda run: run.until(0.9922)) == {"median": 7.5, "min": 5, "max": 10, "n": 2}
    assert ratios(recipes, peers, lambda run: run.until(0.999)) is None


def test_each_recipe_is_put_beside_each_peer() -> None:
    names = ("fast:1", "mlp:1", "notebook:1", "keras_convnet:1")
    runs = {Program.parse(name): [run(name, [2.0], {1: 0.99})] for name in names}
    figures = summarise(runs, 0.9922)
    assert set(figures["programs"]) == set(names)
    assert set(figures["times_faster"]) == {f"{recipe} beside {peer}" for recipe in names[:2] for peer in names[2:]}
