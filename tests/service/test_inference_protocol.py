"""The Open Inference Protocol, spoken raw and by Triton's client."""

import json

import numpy as np
import pytest

import inkdigits

NAME = inkdigits.Classifier().info.name
INFER = f"/v2/models/{NAME}/infer"
DIGITS = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
EXPECTED = inkdigits.Classifier(threads=1).predict_proba(DIGITS)


def tensor(**changes):
    images = {"name": "images", "shape": [3, 28, 28], "datatype": "UINT8", "data": DIGITS.ravel().tolist()}
    return {"inputs": [images | changes]}


def test_the_server_and_its_model_say_what_they_are(served) -> None:
    client = served.client
    assert client.get("/v2").json()["name"] == "inkdigits"
    assert client.get("/v2/health/live").status_code == 200
    assert client.get("/v2/health/ready").status_code == 200
    model = client.get(f"/v2/models/{NAME}").json()
    assert model["inputs"] == [{"name": "images", "datatype": "UINT8", "shape": [-1, 28, 28]}]
    assert model["outputs"] == [{"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}]
    assert client.get(f"/v2/models/{NAME}/ready").status_code == 200
    (version,) = model["versions"]
    assert client.get(f"/v2/models/{NAME}/versions/{version}/ready").status_code == 200
    assert client.get(f"/v2/models/{NAME}/versions/1/ready").status_code == 404


@pytest.mark.parametrize("data", [DIGITS.ravel().tolist(), DIGITS.tolist()], ids=["flat", "nested"])
def test_probabilities_are_those_of_the_classifier_and_the_id_comes_back(served, data) -> None:
    answer = served.client.post(INFER, json=tensor(data=data) | {"id": "seven"})
    assert answer.status_code == 200
    assert answer.json()["id"] == "seven"
    assert answer.json()["model_name"] == NAME
    (output,) = answer.json()["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("probabilities", "FP32", [3, 10])
    assert np.allclose(np.reshape(output["data"], (3, 10)), EXPECTED, atol=1e-6)


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("asks", [False, True])
def test_tritons_client_is_answered(served, binary, asks) -> None:
    triton = pytest.importorskip("tritonclient.http")
    client = triton.InferenceServerClient(f"{served.host}:{served.port}")
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready(NAME)
    assert client.get_server_metadata()["name"] == "inkdigits"
    version = client.get_model_metadata(NAME)["versions"][0]
    images = triton.InferInput("images", [3, 28, 28], "UINT8")
    images.set_data_from_numpy(DIGITS, binary_data=binary)
    outputs = [triton.InferRequestedOutput("probabilities", binary_data=binary)] if asks else None
    result = client.infer(NAME, [images], model_version=version, outputs=outputs, request_id="7")
    assert result.get_response()["id"] == "7"
    assert np.allclose(result.as_numpy("probabilities"), EXPECTED, atol=1e-6)
    with pytest.raises(triton.InferenceServerException, match="there is no model"):
        client.infer("other", [images])
    client.close()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"inputs": []}',
        b'{"inputs": [{"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", "data": [NaN]}]}',
        b"[" * 100_000,
        b'{"inputs": [{"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", "data": ' + b"[" * 100_000,
        *(
            json.dumps(tensor(**changes)).encode()
            for changes in (
                {"shape": [3, 28, 27]},
                {"shape": [2, 28, 28]},
                {"shape": [0, 28, 28], "data": []},
                {"shape": [-3, 28, 28]},
                {"shape": [10**30, 28, 28]},
                {"shape": [3, 784]},
                {"shape": "3"},
                {"datatype": "FP32"},
                {"datatype": "BYTES"},
                {"name": "other"},
                {"data": None},
                {"data": [0.5] * 2352},
                {"data": [256] * 2352},
                {"data": [-1] * 2352},
                {"data": [10**30] * 2352},
                {"data": ["1"] * 2352},
                {"data": [[1, 2], [3]]},
                {"data": [float("nan")] * 2352},
                {"data": [True] * 2352},
                {"parameters": {"binary_data_size": 2352}},
            )
        ),
        json.dumps({"inputs": tensor()["inputs"] * 2}).encode(),
        json.dumps(tensor() | {"outputs": [{"name": "logits"}]}).encode(),
    ],
    ids=lambda body: body[:100].decode(),
)
def test_what_is_no_such_tensor_is_refused_in_the_protocols_shape(served, body) -> None:
    answer = served.client.post(INFER, content=body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
    assert isinstance(answer.json()["error"], str)


@pytest.mark.parametrize("length", ["x", "-1", "9" * 30, "³", "100000"])
def test_a_wrong_length_of_the_json_before_binary_tensors_is_refused(served, length) -> None:
    headers = {"Inference-Header-Content-Length": length.encode()}
    assert served.client.post(INFER, content=b"{}", headers=headers).status_code == 400


def test_a_tensor_that_is_too_large_is_refused(served) -> None:
    head = f"POST {INFER} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n"
    answer = served.talk(head.encode())  # of which nothing is sent
    assert answer.startswith(b"HTTP/1.1 413")
    assert set(json.loads(answer.partition(b"\r\n\r\n")[2])) == {"error"}
