"""The model file: what it says, what it refuses, and that it is written whole."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper

from inkdigits.errors import ModelFileError, OutputError, UsageError
from inkdigits.models.digit_networks import build_model
from inkdigits.models.exporting import export
from inkdigits.models.onnx_file import DigitModel, read_model, write_model
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.model_file import ModelInfo, find_model

INFO = ModelInfo(
    name="of a test",
    recipe={"model": "mlp"},
    data={"name": "mnist", "n": 55_000, "sha256": "0" * 64},
    metrics={"validation": {"accuracy": 0.5, "n": 5000}},
    temperature=1.5,
    reject_threshold=0.75,
    seed=7,
    version="0.0.0",
)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    return write_model(DigitModel(build_model("mlp"), INFO.temperature), INFO, tmp_path_factory.mktemp("m") / "m.onnx")


def foreign_onnx(path: Path, *, shape: tuple[int | str, ...] = ("N", 3, 224, 224)) -> Path:
    """An ONNX file that is fine, but no digit model."""
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)
    same = helper.make_tensor_value_info("same", TensorProto.FLOAT, shape)
    graph = helper.make_graph([helper.make_node("Identity", ["image"], ["same"])], "foreign", [image], [same])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.save(model, path)
    return path


def test_the_file_says_what_it_is(model_file: Path) -> None:
    classifier = Classifier(model_file)
    assert classifier.info == INFO
    probabilities = classifier.predict_proba(np.zeros((3, 28, 28), np.uint8))
    assert probabilities.shape == (3, 10)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_the_file_holds_no_trace_of_where_it_was_made(model_file: Path) -> None:
    assert str(Path(__file__).parents[1]).encode() not in model_file.read_bytes()
    assert b"site-packages" not in model_file.read_bytes()


def test_no_pictures_give_no_probabilities(model_file: Path) -> None:
    assert Classifier(model_file).predict_proba(np.zeros((0, 28, 28), np.uint8)).shape == (0, 10)


def test_more_than_a_batch_is_the_same_as_one_by_one(model_file: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (1030, 28, 28), np.uint8)
    classifier = Classifier(model_file)
    together = classifier.predict_proba(images)
    np.testing.assert_allclose(together[-1:], classifier.predict_proba(images[-1:]), atol=1e-6)
    np.testing.assert_array_equal(classifier.predict(images), together.argmax(axis=1))


@pytest.mark.parametrize(
    "images",
    [np.zeros((28, 28), np.uint8), np.zeros((1, 28, 28), np.float32), np.zeros((1, 27, 28), np.uint8)],
    ids=["one picture", "floats", "another size"],
)
def test_other_shapes_and_dtypes_are_refused(model_file: Path, images: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"uint8 \(N,28,28\)"):
        Classifier(model_file).predict(images)


def test_garbage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "garbage.onnx").write_bytes(b"\x00\x01 no model")
    with pytest.raises(ModelFileError, match="not a model file that ONNX Runtime can load"):
        Classifier(tmp_path / "garbage.onnx")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.onnx").touch()
    with pytest.raises(ModelFileError, match=r"empty\.onnx"):
        Classifier(tmp_path / "empty.onnx")


def test_a_model_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="no digit model: it has image tensor"):
        Classifier(foreign_onnx(tmp_path / "foreign.onnx"))


def test_weights_in_another_file_are_refused(model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    onnx.save(onnx.load(model_file), tmp_path / "split.onnx", save_as_external_data=True, location="weights.bin")
    assert (tmp_path / "weights.bin").exists()
    monkeypatch.chdir(tmp_path)  # where a careless loader would find them
    with pytest.raises(ModelFileError, match="keeps its weights in another file"):
        Classifier(tmp_path / "split.onnx")


def test_damaged_metadata_are_refused(model_file: Path, tmp_path: Path) -> None:
    words = '{"test": {"accuracy": "high"}}'
    for field, value in (("reject_threshold", "2.5"), ("reject_threshold", "[]"), ("metrics", "{"), ("metrics", words)):
        model = onnx.load(model_file)
        for entry in model.metadata_props:
            if entry.key == f"inkdigits.{field}":
                entry.value = value
        onnx.save(model, tmp_path / "damaged.onnx")
        with pytest.raises(ModelFileError, match=field.replace("_", ".")):
            Classifier(tmp_path / "damaged.onnx")


def test_a_keras_file_is_refused_with_what_to_give(tmp_path: Path) -> None:
    (tmp_path / "d.keras").write_bytes(b"PK")
    with pytest.raises(ModelFileError, match=r"a \.keras file is for Keras; give the \.onnx, or Reader\(classifier="):
        Classifier(tmp_path / "d.keras")


def test_metadata_that_are_not_text_are_refused(
    model_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = model_file.read_bytes()
    for place, byte in ((b"Apache-2.0", b"Apache-2.\xff"), (b"inkdigits.licence", b"inkdigits.licenc\xff")):
        assert place in content
        (tmp_path / "damaged.onnx").write_bytes(content.replace(place, byte))
        with pytest.raises(ModelFileError):
            Classifier(tmp_path / "damaged.onnx")
    assert capsys.readouterr() == ("", "")


def test_a_missing_file_and_a_folder_without_a_model_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"name an \.onnx file, a run folder, or 'bundled'"):
        find_model(tmp_path / "missing.onnx")
    with pytest.raises(ModelFileError, match=r"holds no model\.onnx"):
        find_model(tmp_path)


def test_a_model_of_others_cannot_be_taken_back(tmp_path: Path) -> None:
    network = onnx.load(write_model(DigitModel(build_model("mlp")), INFO, tmp_path / "m.onnx"))
    del network.metadata_props[:]
    onnx.save(network, tmp_path / "anonymous.onnx")
    with pytest.raises(ModelFileError, match="does not say which network"):
        read_model(tmp_path / "anonymous.onnx")


def test_exporting_to_onnx_copies_the_file(model_file: Path, tmp_path: Path) -> None:
    copy = export(model_file, "onnx", tmp_path / "copy.onnx")
    assert copy.read_bytes() == model_file.read_bytes()


def test_an_unknown_format_names_the_nearest(model_file: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'keras'"):
        export(model_file, "kera")


def test_an_output_in_a_missing_folder_is_a_clear_error(model_file: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        export(model_file, "onnx", tmp_path / "missing" / "copy.onnx")
