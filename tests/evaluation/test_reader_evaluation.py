"""The whole reader judged: which figure counts what, on readings made by hand and on real ones."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inkdigits.errors import UsageError
from inkdigits.evaluation.judgement import CAUSES, edit_distance
from inkdigits.evaluation.metrics import area_under_curve, false_accept_rate
from inkdigits.evaluation.reader_evaluation import evaluate_reader, judge
from inkdigits.evaluation.summary import summarise, tabulate
from inkdigits.reading.reader import Reader
from inkdigits.samples import sample_pictures

from .judged import judged

PROMISED = [
    *("n", "exact", "character_error_rate", "by_length", "accepted", "exact_of_accepted", "no_digit_rejected"),
    *("errors", "seconds"),
]


@pytest.mark.parametrize(
    ("text", "other", "distance"), [("", "", 0), ("407", "407", 0), ("407", "47", 1), ("12", "", 2), ("123", "321", 2)]
)
def test_edit_distance_counts_edits(text: str, other: str, distance: int) -> None:
    assert edit_distance(text, other) == edit_distance(other, text) == distance


digit_strings = st.text("0123", max_size=8)


@given(digit_strings, digit_strings, digit_strings)
def test_edit_distance_is_a_distance(a: str, b: str, c: str) -> None:
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))


@pytest.mark.parametrize(
    ("label", "text", "confidence", "cause"),
    [
        ("407", "407", 0.99, None),
        ("407", "407", 0.5, None),
        ("", "", 0.0, None),
        ("407", "", 0.0, "no_digit_found"),
        ("407", "47", 0.99, "digit_missing"),
        ("407", "4077", 0.99, "extra_digit"),
        ("407", "401", 0.99, "substituted"),
        ("4\n07", "40\n7", 0.99, "lines_mixed_up"),
        ("12.50", "12.50", 0.99, None),
        ("12 7\n-5", "12 7\n-5", 0.99, None),
        ("1250", "12.50", 0.99, None),
        ("12\n50", "1.2\n5 0", 0.99, None),
        ("12.50", "1250", 0.99, "marks_mixed_up"),
        ("12 50", "1250", 0.99, "marks_mixed_up"),
        ("12/50", "12/5\n0", 0.99, "lines_mixed_up"),
        ("12.50", "12.5", 0.99, "digit_missing"),
        ("", "4", 0.99, "falsely_accepted"),
        ("", "4", 0.5, "not_rejected"),
        ("407", None, 0.0, "unreadable"),
        ("", None, 0.0, "unreadable"),
    ],
)
def test_every_failure_has_one_cause(label: str, text: str | None, confidence: float, cause: str | None) -> None:
    judgement = judged(label, text, confidence)
    assert judgement.cause == cause
    assert judgement.exact == (cause is None)
    assert cause is None or cause in CAUSES


def test_each_figure_counts_what_it_says() -> None:
    found = judge(
        [
            judged("7", "7"),
            judged("7", "1"),
            judged("12", "12", 0.5),
            judged("3", None),
            judged("", ""),
            judged("", "4"),
            judged("", "4", 0.5),
            judged("", None),
        ],
        left_out=2,
        seconds=1.0,
    ).to_dict()
    assert [key for key in found if key in PROMISED] == list(found)[: len(PROMISED)] == PROMISED
    assert (found["n"], found["with_digits"], found["left_out"], found["errors"]) == (8, 4, 2, 2)
    assert (found["exact"], found["accepted"], found["exact_of_accepted"]) == (2 / 4, 2 / 4, 1 / 2)
    assert found["character_error_rate"] == 2 / 5
    assert found["by_length"] == {"1": [3, 1 / 3], "2": [1, 1.0]}
    assert (found["no_digit_rejected"], found["falsely_accepted"]) == (1 / 4, 1 / 4)
    assert found["causes"] == {"substituted": 1, "falsely_accepted": 1, "not_rejected": 1, "unreadable": 2}
    assert (found["confusion"][7][7], found["confusion"][7][1], sum(map(sum, found["confusion"]))) == (1, 1, 2)
    low, high = found["intervals"]["exact"]
    assert low < 0.5 < high
    assert json.loads(json.dumps(found, allow_nan=False)) is not None


def test_marks_count_where_the_label_has_some() -> None:
    found = judge([judged("12.50", "12.50"), judged("1250", "12.50"), judged("7 1", "71"), judged("7", "7.")]).to_dict()
    assert found["exact"] == 3 / 4
    assert found["by_length"] == {"1": [1, 1.0], "2": [1, 0.0], "4": [2, 1.0]}
    assert found["character_error_rate"] == 1 / (5 + 4 + 3 + 1)
    assert found["confusion"][7][7] == 1


def test_there_is_no_share_of_nothing() -> None:
    found = judge([judged("", "")]).to_dict()
    assert [key for key, value in found.items() if value is None] == [
        *("exact", "character_error_rate", "accepted", "exact_of_accepted"),
        *("exact_lines", "auroc", "false_accepts_at_95"),
    ]
    assert found["no_digit_rejected"] == 1


def test_lines_are_counted_one_by_one() -> None:
    evaluation = judge([judged("40\n7\n12\n12", "40\n12\n5"), judged("3", "", 0.0), judged("", "3")], seconds=1.0)
    assert evaluation.to_dict()["exact_lines"] == 2 / 5
    assert summarise(evaluation)["exact lines"].startswith("40.0%  (2 of 5;")
    assert "exact lines" not in summarise(judge([judged("3", "3")], seconds=1.0))


def test_figures_by_a_column_and_the_mean_of_its_values() -> None:
    judgements = [judged("1", "1", source="a") for _ in range(9)] + [judged("1", "7", source="b"), judged("", "")]
    judgements[-1].picture.columns["source"] = ""  # type: ignore[index]
    evaluation = judge(judgements, by=["source"])
    by = evaluation.to_dict()["by"]["source"]
    assert {value: (figures["n"], figures["exact"]) for value, figures in by.items()} == {
        "": (1, None),
        "a": (9, 1.0),
        "b": (1, 0.0),
    }
    assert evaluation.to_dict()["mean_over"] == {"source": 0.5}
    headings, *rows = tabulate(evaluation, "source")
    assert headings[:3] == ("source", "pictures", "exact")
    assert [row[0] for row in rows] == ["(empty)", "a", "b", "mean of the values"]
    assert rows[-1][2] == "50.0%"


def test_words_leave_out_figures_of_nothing() -> None:
    said = summarise(judge([judged("", ""), judged("", "3")], seconds=0.5))
    assert "exact" not in said
    assert said["no digit, yet accepted"].startswith("50.0%  (1 of 2; 95% interval")
    assert said["wrong"] == "no digit there, yet accepted 1"


def test_words_tell_the_lengths_that_occur_most() -> None:
    strings = ["1" * length for length in range(1, 11)] + ["1" * 10, "1" * 3]
    lengths = summarise(judge([judged(text, text) for text in strings], seconds=1.0))["exact by length"]
    assert lengths.startswith("1: 100.0% of 1, 2: 100.0% of 1, 3: 100.0% of 2, ")
    assert lengths.endswith("10: 100.0% of 2")
    assert lengths.count("of") == 8


def test_scores_tell_digits_from_others() -> None:
    assert area_under_curve([0.9, 0.8], [0.1, 0.2]) == 1
    assert area_under_curve([0.5, 0.9], [0.5, 0.1]) == pytest.approx(0.875)
    assert area_under_curve([], [0.1]) is area_under_curve([0.1], []) is None


def test_false_accepts_are_counted_where_95_of_100_digits_pass() -> None:
    digits = [place / 100 for place in range(1, 101)]  # 95 of them reach 0.06
    assert false_accept_rate(digits, [0.05, 0.06, 0.07, 0.0]) == 0.5
    assert false_accept_rate([0.0] * 6 + [0.9] * 94, [0.0, 0.0]) == 1, "digits without any score let everything pass"
    assert false_accept_rate([0.9], []) is false_accept_rate([], [0.9]) is None


scores = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(scores, scores, st.floats(0.01, 1))
def test_at_least_the_wanted_share_of_digits_passes(digits: list[float], others: list[float], wanted: float) -> None:
    passing = false_accept_rate(digits, others, wanted)
    fewest = min(
        threshold for threshold in digits if sum(score >= threshold for score in digits) >= wanted * len(digits)
    )
    assert passing is not None
    assert passing <= sum(score >= fewest for score in others) / len(others)


def test_the_whole_reader_is_judged(tmp_path: Path) -> None:
    pictures = {path.name: path for path in sample_pictures()}
    (tmp_path / "broken.png").write_bytes(b"no picture")
    marker = Image.open(pictures["marker.png"]).convert("L")
    marker.save(tmp_path / "pages.tif", save_all=True, append_images=[marker, marker])
    rows = [
        (pictures["marker.png"], "2", "pen"),
        (pictures["mouse.png"], "3", "mouse"),  # it is an 8
        (pictures["string-407.jpg"], "407", "pen"),
        (pictures["blank-page.jpg"], "", ""),
        (tmp_path / "broken.png", "5", ""),
        (tmp_path / "pages.tif", "2", "pen"),
        (pictures["chalk-on-board.jpg"], "5", "chalk, left out"),
    ]
    labels = tmp_path / "labels.csv"
    labels.write_text("path,label,kind\n" + "".join(f'{path},{label},"{kind}"\n' for path, label, kind in rows))
    told: list[tuple[int, int]] = []
    evaluation = evaluate_reader(
        Reader(),
        labels,
        by=["kind"],
        without=["kind=left out"],
        progress=lambda done, total: told.append((done, total)),
    )
    found = evaluation.to_dict()
    assert (found["n"], found["errors"], found["left_out"], found["no_digit_rejected"]) == (6, 1, 1, 1.0)
    assert found["exact"] == 3 / 5
    assert found["by_length"] == {"1": [4, 1 / 2], "3": [1, 1.0]}
    assert found["by"]["kind"]["pen"]["exact"] == 1
    assert found["causes"] == {"substituted": 1, "unreadable": 1}
    assert found["confusion"][3][8] == 1
    assert told == [(done, 6) for done in range(1, 7)]


def test_a_wrong_column_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("path,label\na.png,1\n")
    with pytest.raises(UsageError, match="no column called 'kind'"):
        evaluate_reader(Reader(), tmp_path / "labels.csv", by=["kind"])
