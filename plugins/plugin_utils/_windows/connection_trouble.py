# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether an exception came out of the connection to a host, whatever its type.

The libraries under psrp and winrm raise what they like on a broken line or a half-opened shell, ValueError and KeyError among it, and
the plugins map only failures to connect. Where it was raised tells them from a defect of ours, or from a wrong option.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

from ansible.errors import AnsibleConnectionFailure, AnsibleError

# What the plugins say of a broken line in an AnsibleError of their own.
_SAID_OF_A_LINE = ("winrm", "psrp", "connection")
_OURS = __name__.partition(".plugins.")[0] + "."


def is_connection_trouble(error: BaseException) -> bool:
    """Whether an exception, or one that it was raised for, came out of a connection plugin or what works for it."""
    return any(_is_trouble(one) for one in _raised_for(error))


def _is_trouble(error: BaseException) -> bool:
    if isinstance(error, AnsibleConnectionFailure):
        return True
    if isinstance(error, AnsibleError) and not _says_that_a_line_broke(error):
        return False
    return _is_raised_in_a_connection(error.__traceback__)


def _says_that_a_line_broke(error: AnsibleError) -> bool:
    """Most of what a plugin says itself is no broken line: a file that is not there, or cannot be written, a library that is missing."""
    return error.__class__ == AnsibleError and any(word in str(error).lower() for word in _SAID_OF_A_LINE)


def _raised_for(error: BaseException) -> Iterator[BaseException]:
    """The exception and those behind it; what we had told before as one of ours is over, and was only being handled."""
    seen: BaseException | None = error
    while seen is not None and not type(seen).__module__.startswith(_OURS):
        yield seen
        seen = seen.__cause__ or seen.__context__


def _is_raised_in_a_connection(trace: TracebackType | None) -> bool:
    """Whether a connection plugin was at work when it was raised, below the last of our own calls: all that it calls works for it."""
    modules = []
    while trace is not None:
        modules.append(str(trace.tb_frame.f_globals.get("__name__", "")))
        trace = trace.tb_next
    ours = max((depth for depth, name in enumerate(modules) if name.startswith(_OURS)), default=-1)
    return any(".plugins.connection" in name for name in modules[ours + 1 :])
