"""The envelope all hands answer in (powershell-probes 0): state, data, error, ms."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from ..filesystem import FileProblem
from ..registry import AccessDenied

Data = dict[str, Any]
HRESULT_DENIED = -2147024891  # 0x80070005
HRESULT_FILE_NOT_FOUND = -2147024894  # 0x80070002
HRESULT_WIN32 = -2147024896  # 0x80070000: a Win32 code is added


class Absent(Exception):
    """What was asked for is certainly not there; `type` is the error's."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type


class Trouble(Exception):
    """A question that cannot be answered; `state` is the envelope's word."""

    def __init__(self, state: str, type: str, message: str, *, native: int | None = None, hresult: int | None = None) -> None:
        super().__init__(message)
        self.state, self.type, self.message, self.native = state, type, message, native
        self.hresult = hresult if hresult is not None else (HRESULT_WIN32 + native if native else None)


async def envelope(work: Callable[[], Awaitable[Data]]) -> Data:
    """Runs one question; nothing it raises spoils the others."""
    begin = time.perf_counter()
    state, data, error = await _settle(work)
    return {"state": state, "data": data, "error": error, "ms": int((time.perf_counter() - begin) * 1000)}


async def _settle(work: Callable[[], Awaitable[Data]]) -> tuple[str, Data, Data | None]:
    try:
        return "present", await work(), None
    except (Absent, Trouble, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        state, told = _verdict(error)
        return state, {}, told


def _verdict(error: Exception) -> tuple[str, Data]:
    """State and error of a question that failed; what is no fault of Windows is one of the question."""
    match error:
        case Absent():
            return "absent", error_of(error.type, str(error))
        case FileNotFoundError():
            return "absent", error_of("System.IO.FileNotFoundException", str(error), HRESULT_FILE_NOT_FOUND)
        case AccessDenied():
            return "denied", error_of("System.UnauthorizedAccessException", str(error), HRESULT_DENIED)
        case FileProblem():
            return "broken", error_of("System.IO.IOException", str(error), HRESULT_WIN32 + error.native)
        case Trouble():
            return error.state, error_of(error.type, error.message, error.hresult, error.native)
    return "broken", error_of("BadQuestion", f"{type(error).__name__}: {error}")


def error_of(type: str, message: str, hresult: int | None = None, native: int | None = None) -> Data:
    return {"type": type, "hresult": hresult, "native": native, "id": type, "message": message}
