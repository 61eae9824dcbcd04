"""What a command has written and a client has not yet fetched."""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from dataclasses import dataclass

from .soap import SHELL


@dataclass(frozen=True)
class Chunk:
    """Bytes of one stream ("stdout" or "stderr")."""

    stream: str
    data: bytes


class Output:
    """The queue between a running command and the client's long-polling Receive."""

    def __init__(self) -> None:
        self._chunks: deque[Chunk] = deque()
        self._news = asyncio.Event()
        self._exit_code: int | None = None
        self.is_spent = False
        """The client has been told the end."""
        self.is_closed = False
        """The shell went away."""

    def write(self, stream: str, data: bytes) -> None:
        self._chunks.append(Chunk(stream, data))
        self._news.set()

    def finish(self, exit_code: int) -> None:
        self._exit_code = exit_code
        self._news.set()

    def close(self) -> None:
        self.is_closed = True
        self._news.set()

    async def wait(self, seconds: float) -> bool:
        """Waits for something to fetch, the end, or the closing of the shell; False when the time is over first."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def fetch(self, limit: int) -> tuple[list[Chunk], int | None]:
        """Takes chunks of at most `limit` bytes together, one at least; the exit code comes with the last of them, else None."""
        taken: list[Chunk] = []
        size = 0
        while self._chunks and (not taken or size + len(self._chunks[0].data) <= limit):
            chunk = self._chunks.popleft()
            taken.append(chunk)
            size += len(chunk.data)
        if self._chunks:
            return taken, None
        if self._exit_code is None:
            self._news.clear()
        else:
            self.is_spent = True
        return taken, self._exit_code


def receive_response(command_id: str, chunks: list[Chunk], exit_code: int | None, streams: tuple[str, ...]) -> str:
    """The body of an answer to Receive; `streams` are those whose end WinRS marks by itself, none for PSRP."""
    command = f' CommandId="{command_id}"' if command_id else ""
    parts = [f'<rsp:Stream Name="{chunk.stream}"{command}>{base64.b64encode(chunk.data).decode()}</rsp:Stream>' for chunk in chunks]
    if command_id and exit_code is None:
        parts.append(f'<rsp:CommandState{command} State="{SHELL}/CommandState/Running"/>')
    elif command_id and exit_code is not None:
        parts += [f'<rsp:Stream Name="{stream}"{command} End="true"></rsp:Stream>' for stream in streams]
        parts.append(
            f'<rsp:CommandState{command} State="{SHELL}/CommandState/Done">'
            f"<rsp:ExitCode>{exit_code & 0xFFFFFFFF}</rsp:ExitCode></rsp:CommandState>"
        )
    return f"<rsp:ReceiveResponse>{''.join(parts)}</rsp:ReceiveResponse>"
