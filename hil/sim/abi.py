"""The C interface of the firmware's host library (firmware/host/camhil_host.h) in ctypes."""

from __future__ import annotations

import ctypes as c

ABI = 3

MESSAGE_BYTES = 97
DIGEST_BYTES = 32
MAX_OUTPUTS = 16
MAX_STACKS = 4
CAMERA_FAULTS = {"absent": 1, "late": 2, "short": 3}
UNTIL_RESTART = 0xFFFFFFFF

OnOp = c.CFUNCTYPE(None, c.c_void_p, c.c_uint16, c.c_uint8, c.c_void_p, c.c_uint32, c.c_int64)
Load = c.CFUNCTYPE(
    *(c.c_int32, c.c_void_p, c.c_void_p, c.c_uint32, c.POINTER(c.c_uint32)),
    *(c.POINTER(c.c_uint32), c.POINTER(c.c_uint32), c.POINTER(c.c_int64), c.POINTER(c.c_char)),
)
Invoke = c.CFUNCTYPE(
    *(c.c_int32, c.c_void_p, c.c_void_p, c.c_uint32, c.c_int32, c.c_void_p, c.c_void_p),
    *(c.POINTER(c.c_int64), c.POINTER(c.c_char)),
)
Output = c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_uint8, c.c_void_p, c.c_uint32)
SetBaud = c.CFUNCTYPE(None, c.c_void_p, c.c_uint32)


class HostEngine(c.Structure):
    """`camhil_host_engine`"""

    _fields_ = [
        ("context", c.c_void_p),
        ("name", c.c_char_p),
        ("kernels", c.c_char_p),
        ("load", Load),
        ("invoke", Invoke),
        ("output", Output),
    ]


class HostHeap(c.Structure):
    """`camhil_host_heap`"""

    _fields_ = [
        ("free_bytes", c.c_uint32),
        ("minimum_free_bytes", c.c_uint32),
        ("largest_block_bytes", c.c_uint32),
    ]


class HostStack(c.Structure):
    """`camhil_host_stack`"""

    _fields_ = [("task", c.c_char * 20), ("never_used_bytes", c.c_uint32)]


class HostChip(c.Structure):
    """`camhil_host_chip`"""

    _fields_ = [
        ("skipped_us", c.c_uint64),
        ("cycles_per_us", c.c_uint32),
        ("has_heap", c.c_uint32),
        ("heap", HostHeap),
        ("has_psram", c.c_uint32),
        ("psram", HostHeap),
        ("stack_count", c.c_uint32),
        ("stacks", HostStack * MAX_STACKS),
        ("camera_fault", c.c_uint32),
        ("camera_faults", c.c_uint32),
        ("baud", c.c_uint32),
        ("waits", c.c_uint32),
        ("captures", c.c_uint32),
        ("failures", c.c_uint32),
        ("restarts", c.c_uint32),
        ("shown", c.c_uint32),
        ("led", c.c_uint32),
    ]


class HostConfig(c.Structure):
    """`camhil_host_config`"""

    _fields_ = [
        ("abi", c.c_uint32),
        ("uart_fd", c.c_int32),
        ("baud", c.c_uint32),
        ("model_partition", c.c_void_p),
        ("model_partition_bytes", c.c_uint32),
        ("model_partition_status", c.c_int32),
        ("build_id", c.c_uint8 * DIGEST_BYTES),
        ("app_sha256", c.c_uint8 * DIGEST_BYTES),
        ("reset_reason", c.c_uint32),
        ("boot_count", c.c_uint32),
        ("boot_id", c.c_uint32),
        ("arena_bytes", c.c_uint32),
        ("max_sample_bytes", c.c_uint32),
        ("trace_entries", c.c_uint32),
        ("stretch_invoke_us", c.c_uint32),
        ("host_context", c.c_void_p),
        ("set_baud", SetBaud),
        ("camera_frames", c.c_void_p * 2),
        ("camera_frame_count", c.c_uint32),
        ("camera_period_us", c.c_uint32),
        ("chip", c.c_void_p),
        ("engine", HostEngine),
    ]


def open_library(path: str) -> c.CDLL:
    """Loads the library. Raises OSError, or AttributeError if it is another one."""
    library = c.CDLL(path)
    library.camhil_host_run.argtypes = [c.POINTER(HostConfig)]
    library.camhil_host_run.restype = c.c_int32
    library.camhil_host_version.restype = c.c_char_p
    return library
