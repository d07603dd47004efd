"""What firmware takes from networks: operators, buffers, arena; and what does not fit."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest

from hil.base.resources import find
from hil.build.esp_nn import more_arena
from hil.build.needs import DEFAULT_ARENA_BYTES, Needs, arena_for, fitted, method, sources, union
from hil.build.plan import make_plan
from hil.errors import UsageError
from hil.network.contract import Contract, read_contract, read_network
from hil.network.micro_ops import TFLM_OPS
from hil.network.settings import NetworkSettings
from hil.testing.tiny_model import tiny_model
from hil.testing.zoo import networks
from hil.wire.network_header import unpack_partition

# The methods of MicroMutableOpResolver that register a builtin operator, as
# tensorflow/lite/micro/micro_mutable_op_resolver.h of esp-tflite-micro 1.4.0 has them.
_HEADER = """
    AddAbs AddAdd AddAddN AddArgMax AddArgMin AddAssignVariable AddAveragePool2D AddBatchMatMul
    AddBatchToSpaceNd AddBroadcastArgs AddBroadcastTo AddCallOnce AddCast AddCeil
    AddCircularBuffer AddConcatenation AddConv2D AddCos AddCumSum AddDecode AddDelay
    AddDepthToSpace AddDepthwiseConv2D AddDequantize AddDetectionPostprocess AddDiv
    AddDynamicUpdateSlice AddElu AddEmbeddingLookup AddEnergy AddEqual AddEthosU AddExp
    AddExpandDims AddFftAutoScale AddFill AddFilterBank AddFilterBankLog
    AddFilterBankSpectralSubtraction AddFilterBankSquareRoot AddFloor AddFloorDiv AddFloorMod
    AddFramer AddFullyConnected AddGather AddGatherNd AddGreater AddGreaterEqual AddHardSwish
    AddIf AddL2Normalization AddL2Pool2D AddLeakyRelu AddLess AddLessEqual AddLog AddLogSoftmax
    AddLogicalAnd AddLogicalNot AddLogicalOr AddLogistic AddMaxPool2D AddMaximum AddMean
    AddMinimum AddMirrorPad AddMul AddNeg AddNotEqual AddOverlapAdd AddPCAN AddPack AddPad
    AddPadV2 AddPrelu AddQuantize AddReadVariable AddReduceAll AddReduceMax AddReduceMin AddRelu
    AddRelu6 AddReshape AddResizeBilinear AddResizeNearestNeighbor AddReverseV2 AddRound AddRsqrt
    AddSelectV2 AddShape AddSin AddSlice AddSoftmax AddSpaceToBatchNd AddSpaceToDepth AddSplit
    AddSplitV AddSqrt AddSquare AddSquaredDifference AddSqueeze AddStacker AddStridedSlice AddSub
    AddSum AddSvdf AddTanh AddTranspose AddTransposeConv AddUnidirectionalSequenceLSTM AddUnpack
    AddVarHandle AddWhile AddWindow AddZerosLike
"""
METHODS = set(_HEADER.split())
SETTINGS = NetworkSettings(positive_class=1, threshold=50)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """As much of the ESP-IDF project as counts here."""
    folder = tmp_path / "firmware" / "esp32"
    folder.mkdir(parents=True)
    shutil.copy(find("firmware/partitions.csv"), folder.parent)
    return folder


def contract(**kwargs: object) -> Contract:
    return read_contract(tiny_model(**kwargs), settings=SETTINGS)  # type: ignore[arg-type]


SMALL = Needs(("ADD", "CONV_2D"), 10, 5, 36, 0, 4096, pixel_bytes=1)
LARGE = Needs(("CONV_2D", "VAR_HANDLE"), 900, 3, 0, 2, 8192, pixel_bytes=0)


# ---- operators ----------------------------------------------------------------------


def test_every_operator_that_tflm_has_is_registered_by_a_method_of_its_header() -> None:
    assert {name for name in TFLM_OPS if method(name) not in METHODS} == set()


def test_no_two_operators_are_registered_by_one_method() -> None:
    assert len({method(name) for name in TFLM_OPS}) == len(TFLM_OPS)


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        ("CONV_2D", "AddConv2D"),
        ("BATCH_TO_SPACE_ND", "AddBatchToSpaceNd"),
        ("L2_NORMALIZATION", "AddL2Normalization"),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "AddUnidirectionalSequenceLSTM"),
        ("SVDF", "AddSvdf"),
        ("CALL_ONCE", "AddCallOnce"),
    ],
)
def test_methods_are_spelt_as_tflm_spells_them(operator: str, wanted: str) -> None:
    assert method(operator) == wanted


def test_the_resolver_registers_what_a_network_uses_and_nothing_else() -> None:
    text = sources(SMALL)["op_resolver.h"]
    assert re.findall(r"resolver->(\w+)\(\)", text) == ["AddAdd", "AddConv2D"]
    assert "kOpCount = 2;" in text


# ---- several networks ---------------------------------------------------------------


def test_firmware_for_several_networks_has_all_operators_and_the_largest_of_each_size() -> None:
    both = union([SMALL, LARGE])
    assert both.operators == ("ADD", "CONV_2D", "VAR_HANDLE")
    assert (both.sample_bytes, both.trace_entries, both.map_cells) == (900, 5, 36)
    assert (both.variables, both.arena_bytes, both.pixel_bytes) == (2, 8192, 1)


def test_the_first_network_is_flashed(project: Path) -> None:
    one, two = contract(), contract(grid=(3, 3))
    files = {Path("one.tflite"): one, Path("two.tflite"): two}
    plan = make_plan(files, dict.fromkeys(files), project, "esp32")
    assert unpack_partition(plan.partition).tflite == one.model
    assert plan.names == ("one.tflite", "two.tflite")


# ---- arena and RAM ------------------------------------------------------------------


def test_the_arena_is_what_was_measured_with_a_margin_in_whole_kb() -> None:
    assert arena_for(10_000, contract().graph, "esp32") == 12 * 1024


def test_an_esp32s3_has_room_for_the_copies_that_its_kernels_make() -> None:
    # person_cam: operator 3, depthwise 3x3, 48x48x16 to 24x24x16, copies its filter and its padded
    # input, 144 + 50 * 50 * 16 bytes, and 16; operator 2, from 48x48x8 to 48x48x16, has the most
    # tensors alive.
    graph = read_network(find("model/person_cam.tflite")).graph
    more = 144 + 50 * 50 * 16 + 16 + 48 * 48 * 16 + 24 * 24 * 16 - (48 * 48 * 8 + 48 * 48 * 16)
    assert more <= more_arena(graph, "esp32s3") <= 1.05 * more
    assert more_arena(graph, "esp32") == 0


def test_copies_count_only_beyond_what_another_operator_needs() -> None:
    graph = read_contract(networks()["fully_connected"]).graph
    assert more_arena(graph, "esp32s3") == 0


def test_an_arena_that_was_asked_for_is_taken_whatever_was_measured(project: Path) -> None:
    files = {Path("own.tflite"): contract()}
    plan = make_plan(files, {Path("own.tflite"): 50_000}, project, "esp32", arena_bytes=30 * 1024)
    assert plan.needs.arena_bytes == 30 * 1024


def test_an_arena_that_nobody_measured_has_the_default_size(project: Path) -> None:
    files = {Path("own.tflite"): contract()}
    plan = make_plan(files, {Path("own.tflite"): None}, project, "esp32")
    assert plan.needs.arena_bytes == DEFAULT_ARENA_BYTES


def test_samples_of_a_network_with_pictures_have_room_for_the_camera_s_frame() -> None:
    without = dataclasses.replace(SMALL, pixel_bytes=0)
    assert SMALL.buffer_bytes - without.buffer_bytes == 2 * (160 * 120 - 10)


def test_colour_takes_two_bytes_a_pixel() -> None:
    colour = dataclasses.replace(SMALL, pixel_bytes=2)
    assert colour.buffer_bytes - SMALL.buffer_bytes == 2 * 160 * 120


def test_room_for_frames_is_left_out_where_nothing_else_helps() -> None:
    # 132 kB of internal RAM: 100 of arena leave room for two samples, not for two frames.
    tight = dataclasses.replace(SMALL, pixel_bytes=2, arena_bytes=100 * 1024)
    found = fitted(tight, "esp32", arena_in_psram=False, where="own.tflite")
    assert found == dataclasses.replace(tight, pixel_bytes=0)
    roomy = dataclasses.replace(tight, arena_bytes=50 * 1024)
    assert fitted(roomy, "esp32", arena_in_psram=False, where="own.tflite") == roomy


def test_what_does_not_fit_into_ram_is_refused_with_needed_and_available() -> None:
    big = dataclasses.replace(LARGE, arena_bytes=300 * 1024)
    with pytest.raises(UsageError) as refusal:
        fitted(big, "esp32", arena_in_psram=False, where="own.tflite")
    assert f"need {300 * 1024 + big.buffer_bytes:,} bytes" in refusal.value.message
    assert "an esp32 has about 135,168" in refusal.value.message
    assert "--arena-kb" in refusal.value.hint


def test_an_arena_in_psram_takes_no_internal_ram() -> None:
    big = dataclasses.replace(LARGE, arena_bytes=300 * 1024)
    assert fitted(big, "esp32s3", arena_in_psram=True, where="own.tflite") == big


def test_the_project_s_configuration_tells_where_the_arena_is(project: Path) -> None:
    files = {Path("own.tflite"): contract()}
    arena = 300 * 1024
    with pytest.raises(UsageError):
        make_plan(files, dict.fromkeys(files), project, "esp32s3", arena_bytes=arena)
    (project / "sdkconfig").write_text("CONFIG_CAMHIL_ARENA_PSRAM=y\n")
    plan = make_plan(files, dict.fromkeys(files), project, "esp32s3", arena_bytes=arena)
    assert plan.needs.arena_bytes == arena


def test_a_model_that_does_not_fit_its_partition_is_refused_with_both_sizes(project: Path) -> None:
    table = project.parent / "partitions.csv"
    table.write_text(table.read_text().replace("0x200000", "0x1000"))
    files = {Path("own.tflite"): contract()}
    with pytest.raises(UsageError) as refusal:
        make_plan(files, dict.fromkeys(files), project, "esp32")
    assert "partition 'model' has only 4096" in refusal.value.message


# ---- files --------------------------------------------------------------------------


def test_the_compiler_gets_the_sizes(project: Path, tmp_path: Path) -> None:
    own = contract(input_size=(24, 24), grid=(6, 6))
    files = {Path("own.tflite"): own}
    make_plan(files, dict.fromkeys(files), project, "esp32").write(tmp_path / "out")
    text = (tmp_path / "out" / "network_limits.h").read_text()
    assert "kNetworkSampleBytes = 576;" in text
    assert f"kNetworkTraceEntries = {len(own.graph.ops)};" in text
    assert "kNetworkMapCells = 36;" in text
    assert "kNetworkPixelBytes = 1;" in text


def test_what_did_not_change_is_not_written_again(project: Path, tmp_path: Path) -> None:
    files = {Path("own.tflite"): contract()}
    plan = make_plan(files, dict.fromkeys(files), project, "esp32")
    plan.write(tmp_path)
    names = ("op_resolver.h", "network_limits.h", "model.bin", "networks.json")
    before = [(tmp_path / name).stat().st_mtime_ns for name in names]
    plan.write(tmp_path)
    assert [(tmp_path / name).stat().st_mtime_ns for name in names] == before


def test_the_checks_learn_whether_the_budget_is_about_these_networks(
    project: Path, tmp_path: Path
) -> None:
    files = {Path("own.tflite"): contract()}
    for budgeted in (True, False):
        plan = make_plan(files, dict.fromkeys(files), project, "esp32", budgeted=budgeted)
        plan.write(tmp_path)
        facts = json.loads((tmp_path / "networks.json").read_text())
        assert facts == {
            "networks": ["own.tflite"],
            "arena_bytes": DEFAULT_ARENA_BYTES,
            "budgeted": budgeted,
        }
