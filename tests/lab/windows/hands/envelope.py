"""The envelope all hands answer in (powershell-probes 0): state, data, error, ms."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from ..filesystem import SHARING_VIOLATION, FileProblem
from ..registry import AccessDenied

Data = dict[str, Any]
HRESULT_DENIED = -2147024891  # 0x80070005
HRESULT_WIN32 = -2147024896  # 0x80070000: a Win32 code is added


class Absent(Exception):
    """What was asked for is certainly not there."""


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
    except (Absent, FileNotFoundError):
        return "absent", {}, None
    except AccessDenied as denied:
        return "denied", {}, error_of("System.UnauthorizedAccessException", str(denied), HRESULT_DENIED)
    except FileProblem as problem:
        state = "broken" if problem.native == SHARING_VIOLATION else "unknown"
        return state, {}, error_of("System.IO.IOException", str(problem), HRESULT_WIN32 + problem.native)
    except Trouble as trouble:
        return trouble.state, {}, error_of(trouble.type, trouble.message, trouble.hresult, trouble.native)
    except (KeyError, ValueError, TypeError, AttributeError) as wrong:
        return "broken", {}, error_of("BadQuestion", f"{type(wrong).__name__}: {wrong}")


def error_of(type: str, message: str, hresult: int | None = None, native: int | None = None) -> Data:
    return {"type": type, "hresult": hresult, "native": native, "id": type, "message": message}
