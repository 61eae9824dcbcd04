"""A Failover pair: two nodes, one of them online, the other its offline copy (dataminer 5)."""

from __future__ import annotations

from typing import Any

from tests.lab.products.dataminer import state_files
from tests.lab.products.dataminer.known_issues import both_stay_offline
from tests.lab.products.dataminer.node import Node, State


class Pair:
    """`online` is the node that answers for the agent, None while there is none; `home` the one that was online last."""

    def __init__(self, system: Any, main: Node, partner: Node, address: str, *, is_virtual: bool, online: Node) -> None:
        self.system, self.main, self.partner = system, main, partner
        self.address, self.is_virtual = address, is_virtual
        self.online: Node | None = online
        self.home = online
        self.is_switching = False
        main.pair = partner.pair = self

    @property
    def nodes(self) -> tuple[Node, Node]:
        return self.main, self.partner

    @property
    def offline(self) -> Node:
        """The node that is not, or was not last, online."""
        return self.other(self.home)

    @property
    def status(self) -> str:
        """As the web API tells it of the pair: one row."""
        if self.is_switching:
            return "Switching"
        return (self.online or self.home).state.value

    def other(self, node: Node) -> Node:
        return self.partner if node is self.main else self.main

    def watch(self) -> None:
        for node in self.nodes:
            node.on_change.append(self._changed)

    async def switch(self, reason: str) -> None:
        """The offline node takes over; takes the system's time (5.5)."""
        source, target = self.home, self.offline
        self.is_switching = True
        self.online = None
        self.note(source, "Offline")
        self.note(target, "Preparing to go online")
        await self.system.world.sleep(self.system.spec.switch_seconds)
        self.is_switching = False
        self._go_online(target, source, reason)
        self.reconsider()

    def reconsider(self) -> None:
        """Without an online node, the one that was it takes its place back; if that cannot, the other does on an automatic pair."""
        if self.online is not None or self.is_switching or both_stay_offline(self.home.started_version):
            return
        if self.home.state is State.RUNNING:
            self.note(self.home, "Preparing to go online")
            self._go_online(self.home, self.home, "")
        elif self.offline.state is State.RUNNING and not self._is_coming(self.home) and self.system.spec.failover == "automatic":
            self.system.world.task(self.switch("heartbeats"), f"{self.address}: switch")

    def note(self, node: Node, status: str) -> None:
        """Writes the status to SLFailover.txt (5.2, log-shapes 8.4), and to DMS.xml of the node."""
        moment = node.host.clock.now()
        stamp = f"{moment:%Y/%m/%d %H:%M:%S}.{moment.microsecond // 1000:03}"
        line = f"{stamp}|SLNet.exe|UpdateFailoverSwitchStatus|CRU|0|41|Failover Status => {status}\r\n"
        node.host.files.append(state_files.FAILOVER_LOG, line)
        if status in ("Online", "Offline") and self.system.uncertain.failover_state == "true":
            self.system.write_dms(node)

    def _changed(self, node: Node) -> None:
        if node.state is State.STOPPED and self.online is node:
            self.online = None
            self.home = node
        if node.state is State.STARTING:
            self.note(node, "Offline")
        self.reconsider()

    def _is_coming(self, node: Node) -> bool:
        return node.upgrading or node.state is State.STARTING

    def _go_online(self, node: Node, before: Node, reason: str) -> None:
        if node.state is not State.RUNNING:
            return
        self.online = self.home = node
        self.note(node, "Online")
        if node is not before:
            node.host.write("failover.switch", agent=self.address, source=before.name, target=node.name, reason=reason)
        if self.other(node).state is not State.STOPPED:
            self.note(self.other(node), "Offline")
