"""Two mistakes at once: both names or "unexplained", never a single wrong one."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hil.diagnose import diagnose, inputs
from hil.facts.run import Run
from hil.oracle import Oracle
from tests.diagnose.conftest import MakeRun
from tests.diagnose.mistakes import MISTAKES, Mistake, device_options

PAIRS = [
    (a, b) for a, b in itertools.permutations(MISTAKES, 2) if MISTAKES[a].ids != MISTAKES[b].ids
]


# One after the other is a third mistake, bit for bit: no answer can tell them apart.
SAME_AS = {frozenset(("transposed image", "mirrored image")): "input.rotated"}


def answers(run: Run) -> list[object]:
    """Everything that the device answered."""
    crcs = [tuple(op.device_crc for op in trace.ops) for trace in run.traces]
    return [image.facts.device for image in run.images] + crcs


def named(mistake: Mistake, ids: tuple[str, ...]) -> bool:
    return any(name in ids for name in mistake.ids)


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pair=st.sampled_from(PAIRS))
@example(pair=("transposed image", "mirrored image"))
@example(pair=("mirrored image", "transposed image"))
@example(pair=("clipped weights", "16-bit map"))
@example(pair=("mirrored image", "dead channel"))
def test_two_mistakes_are_both_named_or_unexplained(
    run_with: MakeRun, oracle: Oracle, pair: tuple[str, str]
) -> None:
    first, second = (MISTAKES[name] for name in pair)
    run = run_with(**device_options(oracle, (first, second)))
    found = diagnose(run, oracle)
    same = SAME_AS.get(frozenset(pair))
    if same is not None:
        assert found.ids == (same,)
        return
    truth = {*first.ids, *second.ids}
    assert set(found.ids) <= truth, found.findings
    if found.unexplained:
        return
    for mistake, other in ((first, second), (second, first)):
        if not named(mistake, found.ids):
            # Only if it cannot be seen: the board answers as with the other alone.
            alone = run_with(**device_options(oracle, (other,)))
            assert answers(run) == answers(alone)


def test_input_operator_score_and_location_at_once_are_all_named(
    run_with: MakeRun, oracle: Oracle
) -> None:
    chosen = ("offset 128", "transposed op", "swapped classes", "transposed location", "corner")
    run = run_with(**device_options(oracle, [MISTAKES[name] for name in chosen]))
    found = diagnose(run, oracle)
    assert set(found.ids) == {MISTAKES[name].ids[0] for name in chosen}
    assert found.unexplained == ()


def test_every_pair_of_mistakes_in_the_input_names_both_in_its_title() -> None:
    found = list(inputs.pairs(()))
    assert any(pair.parameters or pair.together[0].parameters for pair in found)
    for pair in found:
        assert all(mistake.title in pair.title for mistake in pair.together)
