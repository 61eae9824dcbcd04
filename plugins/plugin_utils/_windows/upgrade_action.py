# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every action of this collection has in common: options from its page, one host, and errors that tell an operator what to do."""

from __future__ import annotations

import traceback
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from .._upgrade import retyped
from .._upgrade.given import without_blanks
from .._upgrade.redaction import NAMES_ALONE, Secrets
from .display_lines import Progress
from .explanation import FORESEEN, explain, first_line, paragraph
from .following import StillRunning
from .host import AnswerUnreadable, Host
from .left_held import left_held
from .options import documented_spec, retyped_secrets, secrets_given, with_dictionaries


class Stop(Exception):
    """Ends an action with a result: a refusal, or a failure whose text is complete already."""

    def __init__(self, text: str, **facts: Any) -> None:
        self.text = text
        self.facts = facts
        super().__init__(text)


class UpgradeAction(ActionBase):
    """Base of the actions: C(MODULE) names the documented module, C(act) does its work and returns the result.

    C(secrets): of all options. What hosts say goes into results and lines, and some programs write down what they were started with.
    """

    MODULE: str
    # Makes every host that an action reaches, its own and others (inventory.open_host).
    reach: type[Host] = Host
    TRANSFERS_FILES = False
    secrets: Secrets = NAMES_ALONE
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Called by Ansible. Everything a host or an operator can cause ends as a result, never as a traceback."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        self.task_vars = task_vars or {}
        spec = documented_spec(self.MODULE)
        self._task.args = without_blanks(with_dictionaries(spec, self._task.args))
        if no_text := dict(retyped_secrets(spec, self._task.args)):
            return {**result, "failed": True, "msg": _told_as_retyped(no_text)}
        _unused, options = self.validate_argument_spec(spec)
        self.secrets = Secrets(secrets_given(spec, options))
        self.host = self.reach(self.task_vars.get("inventory_hostname", "this host"), self, self._connection, self.task_vars)
        try:
            result.update(self.act(options))
        except Exception as error:
            if isinstance(error, AnsibleError) and not left_held(error):
                # Ansible's own way to end a task: a template that cannot be rendered, an option that is wrong.
                raise
            result.update(_told(error, self.host.name))
        except BaseException as interrupted:
            # The end of the task's time, or Ctrl-C: no result is taken any more, and what stays held is to be known all the same.
            for what in left_held(interrupted):
                self.progress(self.host.name).show(f"{self.host.name}: held     {what}")
            raise
        return dict(self.secrets.in_facts(result))

    def progress(self, host: str) -> Progress:
        """Lines that tell of a host."""
        return Progress(host, self.secrets)

    @property
    def check_mode(self) -> bool:
        return bool(self._task.check_mode)

    @abstractmethod
    def act(self, options: dict[str, Any]) -> dict[str, Any]:
        """Does what the module is for."""


def still_running(error: BaseException, host: str, task_id: str) -> BaseException:
    """What to tell of an error in the middle of work that continues, or may: StillRunning, unless its own text is complete.

    An interruption stays one.
    """
    if isinstance(error, StillRunning | Stop) or not isinstance(error, Exception):
        return error
    return StillRunning(host, task_id, first_line(error), None)


def _told_as_retyped(secrets: Mapping[str, str]) -> str:
    return paragraph(
        f"{', '.join(secrets)}: not text; nothing was asked, tried or started.",
        seen="; ".join(f"{name} arrived as {kind}" for name, kind in secrets.items()),
        wanted=retyped.WANTED,
        next=retyped.FIX,
        why=retyped.WHY,
    )


def _told(error: Exception, host: str) -> dict[str, Any]:
    """The result of an action that an error has ended."""
    facts = error.facts if isinstance(error, Stop) else {"still_running": isinstance(error, StillRunning)}
    text = error.text if isinstance(error, Stop) else explain(error, host)
    # Ansible shows what is not foreseen at -vvv, beside the message.
    behind = error.__cause__ if isinstance(error, StillRunning | AnswerUnreadable) else error
    unforeseen = behind is not None and not isinstance(behind, (Stop, *FORESEEN))
    return {
        "failed": True,
        **facts,
        "msg": "\n".join([text, *(f"  held     {what}" for what in left_held(error))]),
        **({"exception": "".join(traceback.format_exception(behind))} if unforeseen else {}),
    }
