"""Print: what fonts lack."""

import numpy as np
import pytest

from inkdigits.synthesis.pages.typesetting import _FONTS, _WORDS, Typeface, typeset


@pytest.mark.parametrize("font", sorted(set(_FONTS)))
def test_a_letter_that_a_font_lacks_is_not_printed_as_an_empty_box(font) -> None:
    face = Typeface(font, 1.0, 0.0)
    box, _ = typeset("\ue000", 40, face)  # which no font has
    letters = {letter for word in _WORDS for letter in word + word.upper() + word.capitalize()}
    assert "ü" in letters
    assert not [letter for letter in letters if np.array_equal(typeset(letter, 40, face)[0], box)]
