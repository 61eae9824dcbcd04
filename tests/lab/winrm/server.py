"""The front end: many machines, each on ports of its own, for unmodified `psrp` and `winrm` connections."""

from __future__ import annotations

import asyncio
import resource
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from .accounts import Accounts
from .authentication import Authentication
from .certificate import Certificate, certificate
from .endpoint import Endpoint, Ports
from .exchange import Exchange
from .faults import Faults
from .invocation import Invocation
from .machine import Machine
from .service import Service

SOCKETS_PER_MACHINE = 12
"""Two ports with a holder each, and room for a few connections."""
OnRequest = Callable[[str, dict[str, Any]], None]


class FrontEnd:
    """Serves machines on 127.0.0.1.

    - `directory`: where the certificate of a world is kept.
    - `on_request(machine, event)`: called for every command just before it runs, with `connection` ("psrp", "winrm"), `what` (a module's
      name, `put_file`, `fetch_file`, `mkdtemp`, `expand_user`, `script`, `raw`), `user`, `become` (user or None), `check`. Never with
      arguments or text: they hold secrets.
    - `require_channel_binding`: whether Negotiate over HTTPS must be bound to the certificate (`CbtHardeningLevel` Strict).

    Clear HTTP is accepted, as with `AllowUnencrypted`; clients that encrypt are answered encrypted.

    >>> front = FrontEnd(tmp_path)                          # doctest: +SKIP
    >>> await front.start([machine])                        # doctest: +SKIP
    >>> front.ports["ms1.contoso.lab"].http                 # doctest: +SKIP
    40123
    """

    def __init__(self, directory: Path, on_request: OnRequest | None = None, *, require_channel_binding: bool = False) -> None:
        self._directory = directory
        self._on_request = on_request
        self._require_channel_binding = require_channel_binding
        self._endpoints: dict[str, Endpoint] = {}
        self._stores: tempfile.TemporaryDirectory[str] | None = None
        self.faults = Faults()
        self.certificate: Certificate | None = None

    @property
    def ports(self) -> Mapping[str, Ports]:
        """By the machine's name."""
        return {name: endpoint.ports for name, endpoint in self._endpoints.items()}

    async def start(self, machines: Iterable[Machine], tls: bool | None = None, faults: Faults | None = None) -> None:
        """Opens the ports; `tls` True for HTTPS alone, False for HTTP alone, None for both. Machines that are down refuse at first."""
        hosts = list(machines)
        _allow_sockets(len(hosts))
        self.faults = self.faults if faults is None else faults
        self._stores = tempfile.TemporaryDirectory(prefix="lab-accounts-")
        if tls is not False:
            self.certificate = certificate(self._directory, (host.name for host in hosts))
        for number, host in enumerate(hosts):
            accounts = Accounts(host, Path(self._stores.name) / str(number))
            self._endpoints[host.name] = self._endpoint(host, accounts, http=tls is not True)
        for endpoint in self._endpoints.values():
            await endpoint.start()

    async def stop(self) -> None:
        """Ends all connections and shells and gives the ports back."""
        for endpoint in self._endpoints.values():
            await endpoint.stop()
        self._endpoints.clear()
        if self._stores is not None:
            self._stores.cleanup()

    async def restart_service(self, machine: str, seconds: float = 0.0) -> None:
        """Restarts WinRM on a machine: connections and shells die with what runs in them, the host lives on.

        For `seconds` nothing answers.
        """
        endpoint = self._endpoints[machine]
        if not endpoint.service.machine.power.is_up:
            return
        if not seconds:
            endpoint.cut()
            return
        endpoint.go_down()
        await asyncio.sleep(seconds)
        if endpoint.service.machine.power.is_up:
            endpoint.come_up()

    def drop_connections(self, machine: str) -> None:
        """Resets every connection to a machine; shells and what runs in them go on, and a client that comes back finds them."""
        self._endpoints[machine].drop_connections()

    def open_shells(self, machine: str) -> int:
        """Shells that nobody has closed; a play that left none behind leaves 0."""
        return self._endpoints[machine].service.open_shells

    def _endpoint(self, machine: Machine, accounts: Accounts, *, http: bool) -> Endpoint:
        service = Service(machine, lambda invocation: self._tell(machine, invocation))
        digest = self.certificate.digest() if self.certificate and self._require_channel_binding else None

        def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tls: bool) -> Exchange:
            return Exchange(service, Authentication(accounts, digest if tls else None), self.faults, reader, writer)

        return Endpoint(service, exchange, http, self.certificate.context() if self.certificate else None)

    def _tell(self, machine: Machine, invocation: Invocation) -> None:
        if self._on_request is not None:
            self._on_request(machine.name, invocation.event())


def _allow_sockets(machines: int) -> None:
    """Hundreds of machines need more files than the usual soft limit of 1024 has; the hard limit is this process's to use."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 256 + machines * SOCKETS_PER_MACHINE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
