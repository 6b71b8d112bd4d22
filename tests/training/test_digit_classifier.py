"""DigitClassifier keeps scikit-learn's manners."""

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks

import inkdigits
from inkdigits.data import Dataset
from inkdigits.errors import DataError


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return inkdigits.load_dataset("optdigits")


@pytest.fixture(scope="module")
def fitted(digits: Dataset) -> inkdigits.DigitClassifier:
    return inkdigits.DigitClassifier(epochs=6, batch_size=32).fit(digits.images.reshape(-1, 784), digits.labels)


# Those of scikit-learn's checks that ask for no table; check_estimator skips all but the first for pictures.
MANNERS = (
    *("check_estimator_cloneable", "check_estimator_repr", "check_valid_tag_types", "check_no_attributes_set_in_init"),
    *("check_get_params_invariance", "check_set_params", "check_parameters_default_constructible"),
    *("check_mixin_order", "check_estimators_unfitted"),
)


def test_it_passes_the_checks_that_apply_to_pictures() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it takes no tables
        estimator_checks.check_estimator(inkdigits.DigitClassifier(epochs=1))


@pytest.mark.parametrize("check", MANNERS)
def test_it_keeps_scikit_learns_manners(check: str) -> None:
    if not hasattr(estimator_checks, check):
        pytest.skip("another scikit-learn has no such check")
    getattr(estimator_checks, check)("DigitClassifier", inkdigits.DigitClassifier(epochs=1))


def test_it_learns_and_says_how_sure_it_is(fitted: inkdigits.DigitClassifier, digits: Dataset) -> None:
    assert fitted.score(digits.images, digits.labels) > 0.9
    probabilities = fitted.predict_proba(digits.images[:7])
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (fitted.predict(digits.images[:7].reshape(7, 784) / 255) == probabilities.argmax(axis=1)).all()
    assert fitted.predict_proba(np.zeros((0, 784))).shape == (0, 10)
    assert len(fitted.history_.loss) == 6


def test_it_can_be_kept(fitted: inkdigits.DigitClassifier, digits: Dataset) -> None:
    kept = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - written here
    assert (kept.predict(digits.images) == fitted.predict(digits.images)).all()
    with pytest.raises(NotFittedError):
        clone(fitted).predict(digits.images)


def test_it_goes_into_pipelines_and_searches(digits: Dataset) -> None:
    found = GridSearchCV(
        make_pipeline(FunctionTransformer(lambda rows: rows), inkdigits.DigitClassifier("instant")),
        {"digitclassifier__epochs": [1, 3]},
        cv=2,
    ).fit(digits.images[:300].reshape(-1, 784), digits.labels[:300])
    assert found.best_params_["digitclassifier__epochs"] in (1, 3)
    assert np.isfinite(found.cv_results_["mean_test_score"]).all()


def test_a_reader_takes_it(fitted: inkdigits.DigitClassifier, digits: Dataset) -> None:
    reading = inkdigits.Reader(classifier=fitted.predict_proba).read(digits.images[0], single=True)
    assert reading.status in ("ok", "uncertain", "no_digit")


def test_tables_are_refused_in_plain_words() -> None:
    with pytest.raises(DataError, match=r"have the shape \(20, 4\); give \(N,28,28\) or \(N,784\)"):
        inkdigits.DigitClassifier().fit(np.zeros((20, 4)), np.zeros(20))
