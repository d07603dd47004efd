"""Clocks, units and counters."""

from __future__ import annotations

from hil_lab.faults.fault import Area, Fault, SourcePatch, failure

_INVOKE = "result->times.invoke_us = machine_.NowUs() - start_us;"
_CLOCK = (
    "  return static_cast<uint64_t>(\n"
    "      std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count());"
)


def _invoke(fault_id: str, title: str, value: str, diagnosis: str, test: str) -> Fault:
    """`value` replaces the time of an inference; `us` is the right one."""
    new = f"const uint64_t us = machine_.NowUs() - start_us;\n  result->times.invoke_us = {value};"
    patch = SourcePatch("core/inference.cpp", _INVOKE, new)
    return Fault(fault_id, Area.TIMING, title, (patch,), failure(diagnosis, test=test))


FAULTS = (
    _invoke(
        "time-milliseconds",
        "the time of an inference is in milliseconds",
        "us / 1000",
        "timing.milliseconds",
        "test_the_times_account_for",
    ),
    _invoke(
        "time-nanoseconds",
        "the time of an inference is in nanoseconds",
        "us * 1000",
        "timing.nanoseconds",
        "test_the_stages_fit",
    ),
    _invoke(
        "time-cycles",
        "the time of an inference is in CPU cycles at 240 MHz",
        "us * 240",
        "timing.cycles",
        "test_the_stages_fit",
    ),
    _invoke(
        "time-ticks",
        "the time of an inference is in FreeRTOS ticks of 1 ms, times 1000",
        "us / 1000 * 1000",
        "timing.ticks",
        "test_the_clock_has_microseconds",
    ),
    _invoke(
        "time-stopped",
        "the time of an inference is always the same: a stopped timer",
        "1237 + 0 * us",
        "timing.stopped",
        "test_the_clock_has_microseconds",
    ),
    Fault(
        "clock-wraps",
        Area.TIMING,
        "the clock is the 32-bit cycle counter at 240 MHz, which does not start from 0",
        (
            SourcePatch(
                "host/host_machine.cpp",
                _CLOCK,
                "  using std::chrono::microseconds;\n"
                "  const auto us = std::chrono::duration_cast<microseconds>(elapsed).count();\n"
                "  return static_cast<uint32_t>(us * 240 - 240 * 1000000) / 240u;",
            ),
            SourcePatch(
                "host/host_engine.cpp",
                "  machine_.WaitUntil(start_us, config_.stretch_invoke_us);\n",
                "  if (config_.stretch_invoke_us > 0) machine_.WaitUntil(start_us, 0);\n",
            ),
        ),
        failure("timing.wrapped", "timing.backwards", test="test_the_boards_clock"),
    ),
    Fault(
        "clock-slow",
        Area.TIMING,
        "the clock is configured for a crystal of twice the frequency",
        (
            SourcePatch(
                "host/host_machine.cpp",
                "duration_cast<std::chrono::microseconds>(elapsed).count());",
                "duration_cast<std::chrono::microseconds>(elapsed).count() / 2);",
            ),
        ),
        failure("timing.ticks", test="test_the_boards_clock"),
    ),
    Fault(
        "count-wrong",
        Area.TIMING,
        "an inference is counted twice",
        (
            SourcePatch(
                "core/inference.cpp",
                "finished->result.inference = count_ + 1;",
                "finished->result.inference = count_ + 2;",
            ),
            SourcePatch("core/inference.cpp", "  ++count_;\n", "  count_ += 2;\n"),
        ),
        failure("timing.counter", test="test_each_result_is_newer"),
    ),
)
