"""Facts as JSON and back."""

import dataclasses
import json
import subprocess
import sys
from typing import Any

import pytest

from hil.errors import UsageError
from hil.facts.codec import from_json, to_json
from hil.facts.image import ImageFacts, RunFacts, SampleFacts, TensorDifference
from hil.network.location import NoLocation
from hil_lab.fakes.image_facts import CAM, at, facts, traced

FULL = facts(features=TensorDifference(9, 1, 2, 3, -4, 5), ops=traced(0, None), invoke_us=295_260)
PLAIN = SampleFacts(image="uniform-0", image_crc=7, answered_crc=7, outputs=())
BARE = facts({"cam": None, "location": NoLocation.FLAT_MAP}, cam_requested=False)


@pytest.mark.parametrize("measured", [FULL, BARE])
def test_a_record_reads_back_as_the_same_facts(measured: ImageFacts) -> None:
    assert from_json(ImageFacts, json.loads(json.dumps(to_json(measured)))) == measured


def test_a_run_reads_back_with_its_images() -> None:
    run = RunFacts("sim", "engine", "0.1.0", "a", "b", "litert", images=(FULL, BARE, PLAIN))
    assert from_json(RunFacts, json.loads(json.dumps(to_json(run)))) == run


def test_a_record_is_plain_json() -> None:
    data = json.loads(json.dumps(to_json(FULL)))
    assert data["device"]["location"] == dataclasses.asdict(at(1, 2))
    assert data["reference"]["cam"] == [list(row) for row in CAM]
    assert to_json(BARE)["device"]["location"] == "flat map"


def without(data: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda d: without(d, "image"), "image is missing"),
        (lambda d: d | {"colour": 1}, "colour is unknown"),
        (lambda d: d | {"threshold": "60"}, "threshold is '60', not int"),
        (lambda d: d | {"threshold": True}, "threshold is True, not int"),
        (lambda d: d | {"input_size": [96]}, "input_size has 1 entries, not 2"),
        (lambda d: d | {"device": 5}, "device is 5, not an object"),
        (lambda d: d | {"device": d["device"] | {"location": "north"}}, "device.location is"),
        (
            lambda d: d | {"device": d["device"] | {"location": {"x": 1, "y": 2, "row": 0}}},
            "device.location.column is missing",
        ),
    ],
)
def test_a_record_with_a_mistake_is_refused_naming_the_field(changed: Any, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_json(ImageFacts, changed(to_json(FULL)), where="run.jsonl:3")
    assert said in caught.value.message
    assert caught.value.where == "run.jsonl:3"


@pytest.mark.parametrize("data", [[1, 2], None])
def test_what_is_no_record_is_refused(data: Any) -> None:
    with pytest.raises(UsageError):
        from_json(ImageFacts, data)


def test_judging_needs_neither_numpy_nor_opencv_nor_litert() -> None:
    code = (
        "import sys, hil.judge.verdict, hil.judge.tolerance, hil.judge.compare;"
        "import hil.facts.codec;"
        "sys.exit(','.join({'numpy', 'cv2', 'ai_edge_litert'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
