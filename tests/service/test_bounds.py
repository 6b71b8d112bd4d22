"""No request costs more than it may, whatever it brings, and nobody else notices."""

import io
import json
import os
import re
import shutil
import socket
import threading
import zlib
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageDraw

from inkdigits.errors import ModelFileError, UsageError
from inkdigits.pool import Bounds
from inkdigits.reading.classifier import Classifier
from inkdigits.reading.model_file import BUNDLED, find_model
from inkdigits.service.served_models import ServedModels
from inkdigits.service.service_metrics import Metrics
from inkdigits.service.service_settings import Settings

from ..waiting import PATIENCE, wait_until
from .conftest import readers_of
from .load import PNG, TOKEN

PDF = {"Content-Type": "application/pdf"}
HEAD = b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
PATIENT = "from inkdigits.service import connection\nconnection.{}"
NO_NUMBERS = [["A" * 250_000, *[""] * 999], ["A", 1], [[1], [2, 3]], [True] * 784, [1e300] * 784]


@pytest.fixture(scope="module")
def served(serve):
    """Two readers, one of which is for small pictures, with little time for each picture."""
    return serve("--workers", "2", "--picture-seconds", "2")


@pytest.fixture(autouse=True)
def _answers_others(served, digit):
    """After each attack a drawing is read as before."""
    yield
    answer = served.client.post("/v1/read?single=true", content=digit, headers=PNG)
    assert (answer.status_code, answer.json().get("text")) == (200, "8"), answer.text


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (more, len(content), content)


def pdf(contents: bytes, resources: bytes, parts: list[bytes]) -> bytes:
    """A page whose content uses parts, of which the first has the number 5."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<<%s>>>>" % resources,
        contents,
        *parts,
    ]
    file, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(file))
    return file + head + table + end


def pdf_bomb(levels: int, lead: bytes = b"") -> bytes:
    """A page whose content draws a form ten times, which draws another ten times, and so on."""
    forms = []
    for level in range(levels):
        inner = level == levels - 1
        resources = b"" if inner else b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level)
        form = b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]" + resources
        forms.append(stream((b"0 0 50 50 re f " if inner else b"/F Do ") * 10, form))
    return lead + pdf(stream(b"/F Do "), b"/XObject<</F 5 0 R>>", forms)


def pdf_of_patterns(levels: int) -> bytes:
    """A page that is filled with a pattern, each tile of which is filled with another, and so on."""
    tile = b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 99 99]/XStep 1/YStep 1/Resources<<%s>>"
    fill = b"/Pattern cs /P scn 0 0 99 99 re f"
    patterns = [stream(fill, tile % (b"/Pattern<</P %d 0 R>>" % (6 + level))) for level in range(levels - 1)]
    return pdf(stream(fill), b"/Pattern<</P 5 0 R>>", [*patterns, stream(b"0 0 1 1 re f", tile % b"")])


def pdf_of_fills(times: int) -> bytes:
    """A page that is filled again and again."""
    return pdf(stream(zlib.compress(b"0 0 99 99 re f* " * times), b"/Filter/FlateDecode"), b"", [])


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def peak(served) -> int:
    """Return the most bytes that the process which answers has ever had resident."""
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status)[1])


@pytest.mark.parametrize(
    "bomb",
    [pdf_bomb(12), pdf_bomb(12, b" "), pdf_of_patterns(8), pdf_of_fills(1_000_000)],
    ids=["forms", "behind a space", "patterns", "fills"],
)
def test_a_pdf_that_would_take_for_ever_is_given_up(served, bomb) -> None:
    before = peak(served)
    answer = served.client.post("/v1/read", content=bomb, headers=PDF)
    assert code_of(answer) in ((504, "timeout"), (413, "too_costly"))
    assert peak(served) < before + 20_000_000  # it is rendered elsewhere


def test_health_and_drawings_are_answered_meanwhile(served, digit) -> None:
    sent = {"content": pdf_bomb(12), "headers": PDF}
    attacks = [threading.Thread(target=served.client.post, args=("/v1/read",), kwargs=sent) for _ in range(2)]
    for attack in attacks:
        attack.start()
    wait_until(lambda: "inkdigits_queue 2.0" in served.client.get("/metrics").text)
    assert served.client.get("/v2/health/live").status_code == 200
    assert served.client.post("/v1/read?single=true", content=digit, headers=PNG).json()["text"] == "8"
    assert "inkdigits_queue 0.0" not in served.client.get("/metrics").text  # they had not ended before
    for attack in attacks:
        attack.join()


def test_one_picture_that_takes_for_ever_leaves_the_others_of_a_form_their_time(serve, digit) -> None:
    served = serve("--picture-seconds", "1")
    form = [("pictures", ("bomb.pdf", pdf_bomb(12))), ("pictures", ("digit.png", digit))]
    bomb, drawing = served.client.post("/v1/read?single=true", files=form).json()["readings"]
    assert bomb["error"]["code"] in ("timeout", "too_costly")
    assert drawing["text"] == "8"


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), 1e300, -1.0])
@pytest.mark.parametrize("option", ["timeout", "picture_seconds"])
def test_what_is_no_bound_on_time_is_refused(option, seconds) -> None:
    with pytest.raises(UsageError, match=f"--{option.replace('_', '-')} cannot be .* seconds; give a number above 0"):
        Settings(**{option: seconds})


def test_a_form_has_one_deadline(serve) -> None:
    served = serve("--timeout", "1")
    form = [("pictures", (f"{number}.pdf", pdf_bomb(12))) for number in range(20)]
    assert code_of(served.client.post("/v1/read", files=form)) == (504, "timeout")


def test_a_client_that_hangs_up_frees_its_reader(serve, digit) -> None:
    served = serve()
    bomb = pdf_bomb(12)
    with served.connect() as connection:
        head = (
            b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/pdf\r\nContent-Length: %d\r\n\r\n"
        )
        connection.sendall(head % len(bomb) + bomb)
        wait_until(lambda: "inkdigits_queue 1.0" in served.client.get("/metrics").text)
    wait_until(lambda: "inkdigits_queue 0.0" in served.client.get("/metrics").text)
    assert served.client.post("/v1/read?single=true", content=digit, headers=PNG).json()["text"] == "8"


def test_who_hangs_up_on_drawings_costs_no_reader(serve, digit) -> None:
    unhurried = f"from inkdigits.service import reading_pool\nreading_pool._NEARLY_DONE = {PATIENCE}"
    served = serve("--workers", "2", before=unhurried)
    readers = readers_of(served.process.pid)
    head = b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n"
    for _ in range(12):
        leaving = [served.connect() for _ in range(20)]
        for connection in leaving:
            connection.sendall(head % len(digit) + digit)
        for connection in leaving:
            connection.close()
        wait_until(lambda: "inkdigits_queue 0.0" in served.client.get("/metrics").text)
        assert served.client.post("/v1/read?single=true", content=digit, headers=PNG).json()["text"] == "8"
    assert readers_of(served.process.pid) == readers


def test_a_reader_may_take_no_more_memory_than_its_allowance(serve, digit) -> None:
    served = serve("--reader-memory", "64MiB")
    large = io.BytesIO()
    Image.new("RGB", (6000, 6000), "white").save(large, "PNG")
    answer = served.client.post("/v1/read", content=large.getvalue(), headers=PNG)
    assert code_of(answer) == (413, "too_costly")
    assert served.client.post("/v1/read?single=true", content=digit, headers=PNG).json()["text"] == "8"


@pytest.mark.parametrize("strings", NO_NUMBERS, ids=["long", "letter", "uneven", "bool", "large"])
def test_tensors_of_anything_but_numbers_are_refused_before_they_are_made(served, strings) -> None:
    name = served.client.get("/v1/model").json()["name"]
    tensor = {"name": "images", "shape": [1, 28, 28], "datatype": "UINT8", "data": strings}
    answer = served.client.post(f"/v2/models/{name}/infer", json={"inputs": [tensor]})
    assert answer.status_code == 400
    assert "images" in answer.json()["error"]
    assert all(mapped(reader) < 600_000_000 for reader in readers_of(served.process.pid))


def mapped(process: int) -> int:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_what_comes_behind_a_body_is_counted(served) -> None:
    before = peak(served)
    served.talk(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", *[b"a:b\r\n" * 13_000] * 200)
    assert peak(served) < before + 20_000_000


def nested_boxes() -> bytes:
    image = Image.new("1", (2000, 2000), 1)
    draw = ImageDraw.Draw(image)
    for edge in range(0, 992, 5):
        draw.rectangle((edge, edge, 1999 - edge, 1999 - edge), outline=0)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_nested_boxes_are_read_in_bounded_time(serve) -> None:
    served = serve()
    answer = served.client.post("/v1/read", content=nested_boxes(), headers=PNG)
    assert answer.status_code == 200
    assert answer.json()["status"] in ("no_digit", "uncertain")


def test_stalled_uploads_shut_nobody_out(served, digit) -> None:
    stalled = [served.connect() for _ in range(8)]
    for connection in stalled:
        connection.sendall(HEAD + b"Content-Length: 19999999\r\n\r\n" + bytes(1_000_000))
    answer = served.client.post("/v1/read?single=true", content=digit, headers=PNG)
    assert answer.status_code == 200
    for connection in stalled:
        connection.close()


def test_who_reads_no_answer_is_given_up(serve) -> None:
    served = serve(before=PATIENT.format("_ANSWER_SECONDS = 0.5"))
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        deaf.connect((served.host, served.port))
        deaf.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 900)
        wait_until(lambda: open_sockets(served) == 2)  # what listens, and that of the client which asked for health
    assert "Traceback" not in served.log.read_text()


def open_sockets(served) -> int:
    """Return how many TCP sockets the process that answers has."""
    links = [str(entry.readlink()) for entry in Path(f"/proc/{served.process.pid}/fd").iterdir() if entry.is_symlink()]
    inodes = {re.sub(r"\D", "", link) for link in links if link.startswith("socket:")}
    table = Path(f"/proc/{served.process.pid}/net/tcp").read_text().splitlines()[1:]
    return sum(row.split()[9] in inodes for row in table)


def test_idle_connections_give_way_to_new_ones(serve) -> None:
    served = serve(before=PATIENT.format("_CONNECTIONS = 20"))
    idle = [served.connect() for _ in range(60)]
    assert served.client.get("/v2/health/live").status_code == 200
    wait_until(lambda: open_sockets(served) <= 22)
    for connection in idle:
        connection.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /v2 HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400),
        (b"POST /v1/read HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    ],
)
def test_a_head_that_two_readers_would_read_differently_is_refused(served, head, status) -> None:
    assert served.talk(head).split(b" ")[1] == b"%d" % status


def test_no_answer_echoes_a_foreign_host(served) -> None:
    answer = served.talk(b"GET /v1/read/ HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n")
    assert b"localhost:1" not in answer


def test_what_is_no_http_is_logged_and_no_field_is_forged(serve) -> None:
    served = serve()
    served.talk(b"\x00\r\n\r\n")
    served.talk(b"GET /v2 HTTP/1.1\r\nHost: localhost\r\n" + b"X: 1\r\n" * 20_000)
    served.client.get("/x%20status=200%20path=/y")
    served.stop()
    log = served.log.read_text()
    assert "malformed request" in log
    assert "connection refused" in log
    assert 'path="/x status=200 path=/y"' in log


# Models that are loaded in place of one that serves: the old one goes on.


@pytest.fixture(scope="module")
def changing(serve, tmp_path_factory):
    """A service whose model may be replaced, and what is to be sent for that."""
    folder = tmp_path_factory.mktemp("model")
    model = Path(shutil.copy(find_model(BUNDLED), folder / "mine.onnx"))
    (folder / "token").write_text(TOKEN)
    served = serve("--model", str(model), "--token-file", str(folder / "token"), "--picture-seconds", "2")
    return served, model, model.read_bytes()


def with_metadata(content: bytes, name: str, value: object) -> bytes:
    model = onnx.load_from_string(content)
    for entry in model.metadata_props:
        if entry.key == f"inkdigits.{name}":
            entry.value = json.dumps(value)
    return model.SerializeToString()


def answering_nothing(content: bytes) -> bytes:
    """The same model whose weights are not numbers."""
    model = onnx.load_from_string(content)
    for weights in model.graph.initializer:
        if weights.data_type == onnx.TensorProto.FLOAT:
            weights.raw_data = b"\x00\x00\xc0\x7f" * (len(weights.raw_data) // 4)
    return model.SerializeToString()


def going_on(content: bytes, more: list[onnx.NodeProto], **constants: np.ndarray) -> bytes:
    """The same model that does more with its answer, "before", until it is "after"."""
    model = onnx.load_from_string(content)
    answer = model.graph.output[0].name
    for node in model.graph.node:
        node.output[:] = ["before" if name == answer else name for name in node.output]
    model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in constants.items())
    model.graph.node.extend([*more, helper.make_node("Identity", ["after"], [answer])])
    return model.SerializeToString()


def answering_never(content: bytes) -> bytes:
    """A loop that does not end."""
    values = {"i": (TensorProto.INT64, []), "on": (TensorProto.BOOL, []), "x": (TensorProto.FLOAT, None)}
    taken = [helper.make_tensor_value_info(name, *kind) for name, kind in values.items()]
    given = [helper.make_tensor_value_info(f"{name}_out", *values[name]) for name in ("on", "x")]
    kept = [helper.make_node("Identity", [name], [f"{name}_out"]) for name in ("on", "x")]
    body = helper.make_graph(kept, "body", taken, given)
    loop = helper.make_node("Loop", ["times", "always", "before"], ["after"], body=body)
    return going_on(content, [loop], times=np.array(2**62), always=np.array(True))


def asking_for_all_memory(content: bytes) -> bytes:
    """A constant of 1.5 GB, which ONNX Runtime is refused in its own words."""
    value = helper.make_tensor("value", TensorProto.FLOAT, [1], [0.0])
    nodes = [
        helper.make_node("ConstantOfShape", ["size"], ["large"], value=value),
        helper.make_node("ReduceMax", ["large"], ["largest"], keepdims=0),
        helper.make_node("Add", ["before", "largest"], ["after"]),
    ]
    return going_on(content, nodes, size=np.array([375_000_000]))


def test_a_model_that_never_answers_leaves_the_old_one_serving(tmp_path) -> None:
    endless = tmp_path / "endless.onnx"
    endless.write_bytes(answering_never(find_model(BUNDLED).read_bytes()))
    models = ServedModels(lambda: BUNDLED, 1, Bounds(starting=1.0), Metrics())
    with pytest.raises(ModelFileError, match="cannot read a drawing"):
        models.use(str(endless))
    assert models.current.about.name == Classifier().info.name
    models.current.retire()


@pytest.mark.parametrize(
    "spoil",
    [
        answering_nothing,
        asking_for_all_memory,
        lambda content: with_metadata(content, "name", 5),
        lambda content: with_metadata(content, "metrics", [1]),
        lambda content: with_metadata(content, "recipe", "x"),
        lambda content: content[: len(content) // 2],
    ],
    ids=["nan", "memory", "name", "metrics", "recipe", "cut"],
)
def test_a_model_that_cannot_be_used_leaves_the_old_one_serving(changing, digit, spoil) -> None:
    served, model, good = changing
    headers = PNG | {"Authorization": f"Bearer {TOKEN}"}
    model.write_bytes(spoil(good))
    answer = served.client.post("/v1/models/reload", headers=headers)
    assert code_of(answer) == (422, "model_file")
    assert served.client.post("/v1/read?single=true", content=digit, headers=headers).json()["text"] == "8"
    model.write_bytes(good)
