"""`--energy` as a meter."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.board.meter.choosing import parse_meter
from hil.board.meter.csv_stream import CsvMeter
from hil.errors import UsageError
from hil.facts.energy import EnergyFacts
from hil.facts.records import AskedFacts, InferenceRecord, Times
from hil.run.energy import EnergyOfRun
from hil.run.options import RunOptions


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no meter ''"),
        ("joulescope", "there is no meter 'joulescope'"),
        ("csv:", "csv of which file"),
        ("csv:a.csv,voltage=5", "csv has no 'voltage'"),
        ("csv:a.csv,volts=x", "volts=x cannot be used"),
        ("csv:a.csv,volts=500", "volts=500 cannot be used"),
        ("csv:a.csv,delay_ms=nan", "delay_ms=nan cannot be used"),
        ("ppk2", "at what voltage"),
        ("ppk2:/dev/x,source_mv=3300,ampere_mv=3300", "at what voltage"),
        ("ppk2:/dev/x,source_mv=12000", "source_mv=12000 cannot be used"),
    ],
)
def test_what_is_no_meter_is_told(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_meter(text)


def test_a_file_of_csv_with_its_options(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.touch()
    meter = parse_meter(f"csv:{file},volts=3.3,delay_ms=5").meter()
    assert isinstance(meter, CsvMeter)
    assert meter.delay_s == pytest.approx(0.005)


def test_a_file_that_is_not_there_is_told_before_the_run() -> None:
    with pytest.raises(UsageError, match="the meter's file does not exist"):
        RunOptions(energy="csv:nothing.csv").check()


def test_a_meter_that_says_nothing_is_infrastructure(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("time_s,current_a\n")
    energy = EnergyOfRun(f"csv:{file},volts=5")
    energy.start()
    inference = InferenceRecord(
        AskedFacts(0, "tensor", None, True, None), 0, (), Times(0, 0, 9, 0, 9), 1, 1, 99, 1.0
    )
    records, error = energy.finish([inference])
    assert energy.finish([inference]) == ([], None)  # it is told once
    energy.close()
    assert [type(record) for record in records] == [EnergyFacts]
    assert error is not None
    assert error.message == (
        "no inference has an energy: 1 without energy: the meter has no samples of them"
    )


def test_without_a_meter_there_is_nothing_to_tell() -> None:
    energy = EnergyOfRun(None)
    energy.start()
    assert energy.finish([]) == ([], None)


def test_a_recording_takes_no_energy() -> None:
    with pytest.raises(UsageError, match="a recording takes no energy"):
        RunOptions(board="replay:talk.rec", energy="csv:a.csv").check()
