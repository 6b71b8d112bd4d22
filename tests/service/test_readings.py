"""Pictures are read over HTTP as they are read by the `Reader`."""

import base64
import io
import json

import pytest
from PIL import Image

import inkdigits
from inkdigits.samples import sample_pictures

PNG = {"Content-Type": "image/png"}
READER = inkdigits.Reader(threads=1)


def post(served, content, headers=PNG, **query):
    return served.client.post("/v1/read", params=query, content=content, headers=headers)


@pytest.mark.parametrize("path", sample_pictures(), ids=lambda path: path.name)
@pytest.mark.parametrize("single", [False, True])
def test_a_picture_is_read_as_the_reader_reads_it(served, path, single) -> None:
    answer = post(served, path.read_bytes(), {"Content-Type": "application/octet-stream"}, single=single)
    assert answer.status_code == 200
    expected = READER.read(path, single=single)
    assert answer.json()["text"] == expected.text
    assert answer.json()["status"] == expected.status
    assert [digit["box"] for digit in answer.json()["digits"]] == [list(digit.box) for digit in expected.digits]


def test_the_answer_is_the_json_of_the_readings_page(served, digit) -> None:
    reading = post(served, digit, single=True).json()
    assert reading == READER.read(digit, single=True).to_dict() | {"source": "body"}
    assert reading["schema"] == 2
    assert set(reading["digits"][0]) == {"value", "confidence", "accepted", "box", "line", "probabilities"}
    assert reading["text"] == "8"
    assert reading["error"] is None


def test_a_part_of_the_picture_is_read_and_a_bad_region_is_told(served, string) -> None:
    part = post(served, string, region="0,0,40%,100%", digits_only=True).json()
    assert part["digits"] == READER.read(string, region="0,0,40%,100%").to_dict()["digits"]
    assert len(part["digits"]) == 1
    for region, status, code in [
        ("1,2,3", 400, "bad_request"),
        ("0,0,0,5", 400, "bad_request"),
        ("100%,0,5,5", 422, "region_outside"),
    ]:
        refused = post(served, string, region=region)
        assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("region=1,2", "the region '1,2' is no X,Y,W,H; give pixels or per cent: 10%,20%,50%,10%"),
        ("single=maybe", "single cannot be 'maybe'; give true or false"),
        ("min_confidence=2", "min_confidence cannot be '2'; give a number from 0 to 1"),
        ("page=0", "page cannot be '0'; give a whole number from 1 to 1,000"),
        ("single=x&detail=", "single cannot be 'x'; give true or false; detail cannot be ''; give true or false"),
        ("singel=1", "there is no query parameter called 'singel'; did you mean 'single'?"),
    ],
)
def test_what_is_wrong_with_a_query_is_told(served, digit, query, message) -> None:
    for path in ("/v1/read", "/v1/pages/read"):
        answer = served.client.post(f"{path}?{query}", content=digit, headers=PNG)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
        assert answer.json()["error"]["message"] == message


def test_a_route_without_parameters_takes_none(served) -> None:
    answer = served.client.get("/v1/model?single=1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    assert answer.json()["error"]["message"].startswith("there is no query parameter called 'single'; ")
    assert served.client.head("/v1/model?single=1").status_code == 400
    assert served.client.get("/v2?single=1").status_code == served.client.get("/docs?single=1").status_code == 200
    answer = served.client.delete("/v1/corrections/first")
    assert answer.json()["error"]["message"].startswith("number cannot be 'first'; give a whole number from 1 to less")


def test_several_pictures_of_a_form_are_read_in_their_order_and_a_bad_one_says_why(served, digit, string) -> None:
    parts = [("pictures", (name, content)) for name, content in (("a.png", digit), ("b", b"no"), ("c.jpg", string))]
    answer = served.client.post("/v1/read", files=parts)
    assert answer.status_code == 200
    readings = answer.json()["readings"]
    assert [reading["source"] for reading in readings] == ["a.png", "b", "c.jpg"]
    assert [reading["status"] for reading in readings][1] == "error"
    assert readings[1]["error"]["code"] == "unreadable_image"
    assert readings[2]["text"] == "407"


def test_detail_shows_what_the_model_saw(served, string) -> None:
    reading = post(served, string, detail=True).json()
    expected = READER.read(string)
    for shown, digit in zip(reading["digits"], expected.digits, strict=True):
        with Image.open(io.BytesIO(base64.b64decode(shown["image"]))) as image:
            assert image.size == (28, 28)
            assert list(image.get_flattened_data()) == digit.image.ravel().tolist()


def test_the_least_confidence_decides_what_is_accepted(served, digit) -> None:
    assert post(served, digit, single=True, min_confidence=0).json()["status"] == "ok"
    assert post(served, digit, single=True, min_confidence=1).json()["status"] == "uncertain"
    for wrong in (-0.1, 1.1, "nan", "inf", "much"):
        assert post(served, digit, min_confidence=wrong).status_code == 400


def test_another_page_of_a_tiff_is_read(served, digit) -> None:
    first = Image.new("L", (280, 280), 255)
    second = Image.open(io.BytesIO(digit))
    buffer = io.BytesIO()
    first.save(buffer, "TIFF", save_all=True, append_images=[second])
    assert post(served, buffer.getvalue(), single=True, page=1).json()["status"] == "no_digit"
    assert post(served, buffer.getvalue(), single=True, page=2).json()["text"] == "8"
    missing = post(served, buffer.getvalue(), page=3)
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "no_such_page")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"", "image/png", 422, "empty_file"),
        (b"not a picture", "image/png", 422, "unreadable_image"),
        (b"{}", "application/json", 415, "unknown_content_type"),
        (b"x=1", "text/plain", 415, "unknown_content_type"),
        (b"x=1", "application/x-www-form-urlencoded", 422, "unreadable_image"),
    ],
)
def test_what_cannot_be_read_is_answered_in_one_shape(served, content, kind, status, code) -> None:
    answer = post(served, content, {"Content-Type": kind})
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "request_id"}
    assert error["code"] == code
    assert error["request_id"] == answer.headers["x-request-id"]
    assert error["message"]


def test_a_request_keeps_the_id_that_it_brings_unless_that_is_a_trick(served) -> None:
    assert served.client.get("/v2", headers={"X-Request-ID": "abc-1.2_3"}).headers["x-request-id"] == "abc-1.2_3"
    for trick in ("a b", 'x"y', "<script>", "a" * 65):
        assert served.client.get("/v2", headers={"X-Request-ID": trick}).headers["x-request-id"] != trick


def test_the_error_shape_holds_where_no_route_is(served) -> None:
    for method, path, status in (("GET", "/nothing", 404), ("PUT", "/v1/read", 405), ("GET", "/v1/read", 405)):
        answer = served.client.request(method, path)
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"code", "message", "request_id"}
    answer = served.client.get("/v1/read")
    assert answer.headers["allow"] == "POST"
    assert answer.json()["error"]["message"] == "this address takes POST; /docs shows how"
    assert set(served.client.get("/v2/nothing").json()) == {"error"}


def test_the_model_says_what_it_is(served) -> None:
    about = served.client.get("/v1/model").json()
    info = inkdigits.Classifier().info
    assert about["name"] == info.name
    (split,) = (split for split, figures in info.metrics.items() if "confusion" in figures)
    metrics = json.loads(json.dumps(info.metrics))
    assert about["confusion"] == {"split": split, "rows": metrics[split].pop("confusion")}
    assert about["metrics"] == metrics
    assert about["card"].startswith(f"# Model card: {info.name}")
    assert len(about["limits"]) >= 3
    assert all(limit and "\n" not in limit for limit in about["limits"])


def test_all_pages_of_a_file_are_read_by_one_request_each_sent_as_it_is_read(served, digit, string) -> None:
    file = io.BytesIO()
    pages = [Image.open(io.BytesIO(content)).convert("L") for content in (digit, string, digit)]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    headers = {"Content-Type": "image/tiff"}
    answer = served.client.post("/v1/pages/read", content=file.getvalue(), headers=headers)
    readings = [json.loads(line) for line in answer.text.splitlines()]
    assert [(reading["page"], reading["text"]) for reading in readings] == [(1, "8"), (2, "407"), (3, "8")]
    answer = served.client.post("/v1/pages/read?page=3", content=file.getvalue(), headers=headers)
    assert [json.loads(line)["page"] for line in answer.text.splitlines()] == [3]
    answer = served.client.post("/v1/pages/read?page=4", content=file.getvalue(), headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_such_page")
    assert "inkdigits_queue 0.0" in served.client.get("/metrics").text
