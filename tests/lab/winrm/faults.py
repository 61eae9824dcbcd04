"""Faults of the transport, as rules of a scenario: at which step of the protocol, for whom, how often, what goes wrong.

A host that reboots or a setup that fails is not a fault of this kind; it belongs to the world behind `machine.Machine`.
What ansible-core makes of each is in reference 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=Enum)


class FaultRuleError(ValueError):
    """A rule that cannot be understood; the message names the key and what may stand there."""


class At(Enum):
    """The step of the protocol."""

    CREATE = "create"
    COMMAND = "command"
    SEND = "send"
    RECEIVE = "receive"


class Effect(Enum):
    """What the client sees: a reset or closed connection, silence, an HTML error page, half an answer, a late answer."""

    RESET = "reset"
    CLOSE = "close"
    HANG = "hang"
    HTTP_500 = "http_500"
    HTTP_503 = "http_503"
    TRUNCATE = "truncate"
    DELAY = "delay_ms"


class Stage(Enum):
    """Whether the host has not yet seen the request, or has done what it asks for and only its answer suffers."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Moment:
    """Where an exchange with a client stands.

    `starts_command` marks the instant at which a command's input is complete and it has not begun; `ends_command` the answer that tells
    its end.
    """

    at: At
    stage: Stage
    host: str
    module: str | None
    starts_command: bool = False
    ends_command: bool = False


@dataclass(frozen=True)
class FaultRule:
    """One rule.

    - `at`, `host` (glob), `module` (glob on the fully qualified name): when. A module is known only when its input is complete, so with
      `module`, `command` and `send` both mean the request that completes it, just before it would start.
    - `nth`: the first of the matching moments at which it happens, counted from 1; `times`: how often from then on, 0 for ever.
    - `stage`: `after` for `receive` and for `truncate`, else `before`. `receive` + `after` is the answer that tells the end:
      the module has run, and nobody learns of its result. `receive` + `before` hits while it may still run.
    - `delay_ms`: milliseconds, for the effect of that name.

    >>> rule("fault 1", {"at": "receive", "module": "*.host_task", "action": "reset"}).stage
    <Stage.AFTER: 'after'>
    """

    at: At
    action: Effect
    stage: Stage
    host: str = "*"
    module: str | None = None
    nth: int = 1
    times: int = 1
    delay_ms: int = 0

    def matches(self, moment: Moment) -> bool:
        if (self.at, self.stage) != (moment.at, moment.stage) or not _glob(moment.host, self.host):
            return False
        if self.at is At.RECEIVE and self.stage is Stage.AFTER and not moment.ends_command:
            return False
        if self.module is None:
            return not moment.starts_command
        return moment.module is not None and _glob(moment.module, self.module)


def rule(where: str, spec: Mapping[str, Any]) -> FaultRule:
    """Reads a rule as a scenario writes it; `where` names it in errors. Raises FaultRuleError.

    `delay_ms: 300` alone implies the action of that name.
    """
    known = {field.name for field in fields(FaultRule)}
    if unknown := sorted(set(spec) - known):
        raise FaultRuleError(f"{where}: unknown key {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    at = _choice(where, "at", At, spec.get("at"))
    action = _choice(where, "action", Effect, spec.get("action", Effect.DELAY.value if "delay_ms" in spec else None))
    usual = Stage.AFTER if at is At.RECEIVE or action is Effect.TRUNCATE else Stage.BEFORE
    stage = _choice(where, "stage", Stage, spec.get("stage", usual.value))
    if action is Effect.TRUNCATE and stage is Stage.BEFORE:
        raise FaultRuleError(f"{where}: stage: an answer is truncated after the host has made it")
    return FaultRule(
        at,
        action,
        stage,
        host=str(spec.get("host", "*")),
        module=None if spec.get("module") is None else str(spec["module"]),
        nth=_count(where, "nth", spec.get("nth", 1), at_least=1),
        times=_count(where, "times", spec.get("times", 1), at_least=0),
        delay_ms=_count(where, "delay_ms", spec.get("delay_ms", 0), at_least=1 if action is Effect.DELAY else 0),
    )


class Faults:
    """The rules of a world with their counts. The first rule that is due at a moment happens; every matching rule counts it.

    >>> faults = Faults([{"at": "create", "action": "http_503", "nth": 2}])
    >>> moment = Moment(At.CREATE, Stage.BEFORE, "ms1", None)
    >>> faults.due(moment), faults.due(moment).action, faults.due(moment)
    (None, <Effect.HTTP_503: 'http_503'>, None)
    """

    def __init__(self, specs: Iterable[Mapping[str, Any]] = ()) -> None:
        self._rules: list[FaultRule] = []
        self._seen: list[int] = []
        self._happened: list[int] = []
        for spec in specs:
            self.add(spec)

    def add(self, spec: Mapping[str, Any]) -> None:
        """Adds a rule while the world runs. Raises FaultRuleError."""
        self._rules.append(rule(f"fault {len(self._rules) + 1}", spec))
        self._seen.append(0)
        self._happened.append(0)

    def clear(self) -> None:
        self._rules.clear()
        self._seen.clear()
        self._happened.clear()

    def due(self, moment: Moment) -> FaultRule | None:
        matching = [index for index, one in enumerate(self._rules) if one.matches(moment)]
        for index in matching:
            self._seen[index] += 1
        for index in matching:
            one = self._rules[index]
            if self._seen[index] >= one.nth and (not one.times or self._happened[index] < one.times):
                self._happened[index] += 1
                return one
        return None


def _glob(text: str, pattern: str) -> bool:
    return fnmatchcase(text.lower(), pattern.lower())


def _choice(where: str, key: str, kind: type[Choice], value: object) -> Choice:
    try:
        return kind(value)
    except ValueError:
        allowed = ", ".join(str(member.value) for member in kind)
        raise FaultRuleError(f"{where}: {key}: {value!r} is none of {allowed}") from None


def _count(where: str, key: str, value: object, *, at_least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
        raise FaultRuleError(f"{where}: {key}: {value!r} is no whole number of at least {at_least}")
    return value
