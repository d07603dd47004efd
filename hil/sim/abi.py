"""The C interface of the firmware's host library (firmware/host/camhil_host.h) in ctypes."""

from __future__ import annotations

import ctypes as c

ABI = 2

MESSAGE_BYTES = 97
DIGEST_BYTES = 32
MAX_OUTPUTS = 16

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
        ("engine", HostEngine),
    ]


def open_library(path: str) -> c.CDLL:
    """Loads the library. Raises OSError, or AttributeError if it is another one."""
    library = c.CDLL(path)
    library.camhil_host_run.argtypes = [c.POINTER(HostConfig)]
    library.camhil_host_run.restype = c.c_int32
    library.camhil_host_version.restype = c.c_char_p
    return library
