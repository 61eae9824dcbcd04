# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The services of a group's servers while one of them is upgraded: on which servers they are stopped, and where they are restored."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..._scom.group.health import SERVER_SERVICES
from ..._upgrade.questions import Answers, Questions
from ..._windows.host import TROUBLE, Host
from ..._windows.service_notes import QuiescedServices, notes
from ..._windows.upgrade_action import Stop


class HeldServices:
    """The services of this server and of its peers, by the inventory's names, as far as they were seen or touched by this run."""

    def __init__(self, me: Host, peers: Mapping[str, Host]) -> None:
        self._me = me
        self._peers = dict(peers)
        # Whether there were notes when last seen; a server that is missing here is not known.
        self._held: dict[str, bool] = {}

    def questions(self) -> Questions:
        """What has to be among the questions to a server for L(see)."""
        return _services(self._me).questions()

    def see(self, name: str, answers: Answers) -> None:
        """Takes the notes of a server from its answers."""
        self._held[name] = bool(notes(answers))

    @property
    def mine(self) -> bool:
        """Whether the services of this server itself are stopped."""
        return self._held.get(self._me.name, False)

    @property
    def others(self) -> bool:
        """Whether the services of any other server are stopped."""
        return any(held for name, held in self._held.items() if name != self._me.name)

    def hold_others(self, skip_unreachable: Callable[[str], None] | None = None) -> None:
        """Holds the services of all other servers still.

        Raises when one of them cannot be held, unless C(skip_unreachable) is there to be told: setup runs then, and is not stopped for it.
        """
        for name, host in self._peers.items():
            self._held.pop(name, None)
            try:
                _services(host).hold()
            except TROUBLE as trouble:
                if skip_unreachable is None:
                    raise
                skip_unreachable(f"the services of {name} could not be stopped: {trouble}")
            else:
                self._held[name] = True

    def left(self) -> str:
        """What is left stopped on other servers, and how it is restored; '' when nothing is. One that was not seen since may be held."""
        names = ", ".join(name for name in self._peers if self._held.get(name) is not False)
        return names and (
            f"the services {', '.join(SERVER_SERVICES)} of {names} are stopped while setup may be running: the same command puts them back "
            "when it has seen its end. Without it, once no setup runs: systemcenter.upgrade.scom_services with state restored"
        )

    def release_mine(self) -> bool:
        """Puts the services of this server back as its notes say. Returns whether there were any."""
        restored = self.mine and _services(self._me).restore()
        self._held[self._me.name] = False
        return restored

    def release_others(self) -> bool:
        """Puts the services of all other servers back as their own notes say. Returns whether there were any notes.

        A server that was seen without notes is left alone. One that cannot be reached does not keep the others waiting; it is named in
        the end, in a Stop.
        """
        restored, failed = False, []
        for name, host in self._peers.items():
            if self._held.get(name) is False:
                continue
            try:
                restored = _services(host).restore() or restored
                self._held[name] = False
            except TROUBLE as trouble:
                failed.append(f"{name}: {trouble}")
        if failed:
            raise Stop(
                f"The services of other management servers could not be restored: {'; '.join(failed)}. "
                "Their notes are kept; run systemcenter.upgrade.scom_services with state restored on them."
            )
        return restored


def _services(host: Host) -> QuiescedServices:
    return QuiescedServices(host, SERVER_SERVICES)
