"""How reading is compared with other programs."""

import pytest
from classifier import as_row, check_agreement


def test_programs_that_read_the_same_are_compared() -> None:
    digits = "0123456789" * 100
    check_agreement({"inkdigits": digits, "torch": digits, "keras": "1" + digits[1:]})


def test_another_network_is_not_compared() -> None:
    with pytest.raises(ValueError, match="keras reads 2 of 1000 digits otherwise"):
        check_agreement({"inkdigits": "0" * 1000, "torch": "0" * 1000, "keras": "12" + "0" * 998})


def test_ratios_are_taken_round_by_round() -> None:
    taken = {"inkdigits": [1.0, 2.0, 4.0], "torch": [3.0, 4.0, 8.0]}
    row = as_row("torch", taken, "", 1)
    assert (row["ratio_lowest"], row["ratio_median"], row["ratio_highest"]) == (2, 2, 3)
    assert row["digits_per_second"] == 2500
    assert as_row("inkdigits", taken, "", 1)["ratio_median"] == ""
