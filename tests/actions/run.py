"""An action at work, as a controller of its own: a thread that takes turns with its world.

The world stands still while the action computes; the action waits while the world answers. A killed one never gets another answer.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from tests.actions.virtual_time import VirtualTimeLoop

Result = dict[str, Any]


class Run(threading.Thread):
    """`world` is what the action sees, `lines` what it has displayed, `folder` what the run keeps for itself on the controller."""

    def __init__(self, world: Any, loop: VirtualTimeLoop, work: Callable[[], Result], folder: Path) -> None:
        super().__init__(daemon=True)
        self.world = world
        self.folder = folder
        self.lines: list[str] = []
        self.is_killed = False
        self._loop = loop
        self._work = work
        self._ended: Future[Result] = Future()

    def begin(self) -> None:
        self._loop.call_soon(self._loop.take_turn, self.start)

    def run(self) -> None:
        try:
            result, error = self._work(), None
        except BaseException as raised:
            result, error = {}, raised
        self._loop.call_soon_threadsafe(self._tell, result, error)

    def ask(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Called by the action: hands over to the world until this is done there."""
        answer: Future[Any] = Future()
        self._loop.call_soon_threadsafe(self._take, work, answer)
        return answer.result()

    def kill(self) -> None:
        """SIGKILL: what it has asked of the world last goes on there; it does and learns nothing any more."""
        self.is_killed = True

    async def end(self) -> Result:
        """Its result, once there is one. Raises what the action raised."""
        return await asyncio.wrap_future(self._ended)

    def _take(self, work: Coroutine[Any, Any, Any], answer: Future[Any]) -> None:
        self._loop.end_turn()
        if self.is_killed:
            work.close()
            return
        self._loop.create_task(work).add_done_callback(lambda task: self._give(task, answer))

    def _give(self, task: asyncio.Task[Any], answer: Future[Any]) -> None:
        if self.is_killed or task.cancelled():  # a world that ends leaves nobody behind to be told
            return
        self._loop.take_turn(lambda: self._wake(task, answer))

    def _wake(self, task: asyncio.Task[Any], answer: Future[Any]) -> None:
        if self.is_killed:
            self._loop.end_turn()
        elif (error := task.exception()) is not None:
            answer.set_exception(error)
        else:
            answer.set_result(task.result())

    def _tell(self, result: Result, error: BaseException | None) -> None:
        self._loop.end_turn()
        if error is not None:
            self._ended.set_exception(error)
        else:
            self._ended.set_result(result)


def current_run() -> Run | None:
    """The run whose action asks, None outside of one."""
    thread = threading.current_thread()
    return thread if isinstance(thread, Run) else None
