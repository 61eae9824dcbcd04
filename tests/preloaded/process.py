"""`python -m tests.preloaded.process DESCRIPTOR`: loads Ansible once, and forks for every play that is ordered over that socket.

An order is a byte with three descriptors: a socket of the play's own, and the files for its output and its errors. Over the play's socket
comes a line of JSON with `command`, `directory` and `environment`, and back go `{"started": PID}` or `{"failed": "why"}`, and at the end
`{"code": ...}`, negative for a signal. A process in between waits for that end. The play itself ends as every program in Python does: only
so does Ansible tidy up what it has left in its folders.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any, NoReturn

from tests.lab.environment import ROOT

LIBRARIES = ("ansible.cli.playbook", "pypsrp.powershell", "winrm")
PLUGINS = ("action", "become", "cache", "callback", "connection", "inventory", "lookup", "shell", "strategy", "vars")
WINDOWS_ACTIONS = ("ansible.windows.win_copy", "ansible.windows.win_reboot")


def main(descriptor: int) -> None:
    """Takes orders until nobody is left to give any. What follows `next_play` happens in the process of a play."""
    load()
    with socket.socket(fileno=descriptor) as orders:
        talk, output, errors = next_play(orders)
    with talk:
        command = become_the_executable(talk, output, errors)
        tell(talk, started=os.getpid())
    from ansible.cli.playbook import PlaybookCLI

    PlaybookCLI.cli_executor(command)


def load() -> None:
    """What every play loads, and every task again, as each has a process of its own."""
    for name in LIBRARIES:
        importlib.import_module(name)
    from ansible.plugins import loader

    loader.init_plugin_loader([])
    for kind in PLUGINS:
        list(getattr(loader, f"{kind}_loader").all(class_only=True))
    for templating in (loader.filter_loader, loader.test_loader):
        list(templating.all())
    own = (f"systemcenter.upgrade.{file.stem}" for file in sorted((ROOT / "plugins" / "action").glob("*.py")))
    for name in (*own, *WINDOWS_ACTIONS):
        if not loader.action_loader.get(name, class_only=True):
            raise LookupError(f"{name} could not be loaded")
    # All of this stays: whoever collects garbage in a play need not look at it, which would copy its pages.
    gc.collect()
    gc.freeze()


def next_play(orders: socket.socket) -> tuple[socket.socket, int, int]:
    """Forks for each order and returns in the process that is to be the play; where orders are taken, it ends the program."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while descriptors := socket.recv_fds(orders, 1, 3)[1]:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            talk = socket.socket(fileno=descriptors[0])
            if play := os.fork():
                wait_for(play, talk)
            return talk, descriptors[1], descriptors[2]
        for descriptor in descriptors:
            os.close(descriptor)
    sys.exit()


def wait_for(play: int, talk: socket.socket) -> NoReturn:
    """All that the process in between does."""
    _process, status = os.waitpid(play, 0)
    tell(talk, code=os.waitstatus_to_exitcode(status))
    os._exit(0)


def become_the_executable(talk: socket.socket, output: int, errors: int) -> list[str]:
    """Makes this process what the executable is when it begins to work; returns its command line."""
    try:
        with talk.makefile("r", encoding="utf-8") as lines:
            order = json.loads(lines.readline())
        command: list[str] = order["command"]
        os.setsid()
        os.chdir(order["directory"])
        os.environ.clear()
        os.environ.update(order["environment"])
        sys.argv[:] = command
        sys.path[0] = str(Path(command[0]).parent)
        for stream, file in ((1, output), (2, errors)):
            os.dup2(file, stream)
            os.close(file)
        read_settings()
        warnings.filterwarnings("ignore", "AnsibleCollectionFinder has already been configured")
    except BaseException:
        tell(talk, failed=traceback.format_exc())
        os._exit(1)
    return command


def read_settings() -> None:
    """Ansible reads them when it is loaded, ANSIBLE_HOME and ANSIBLE_INVENTORY among them; which the plugins have is known by now."""
    from ansible import constants

    known = constants.config
    importlib.reload(constants)
    for kind in constants.CONFIGURABLE_PLUGINS:
        for name, definitions in known.get_configuration_definitions(kind).items():
            constants.config.initialize_plugin_configuration_definitions(kind, name, definitions)


def tell(talk: socket.socket, **answer: Any) -> None:
    talk.sendall((json.dumps(answer) + "\n").encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
