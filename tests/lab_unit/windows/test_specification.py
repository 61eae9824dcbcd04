"""A scenario's description of a host becomes that host (tests/lab/windows/specification.py)."""

from __future__ import annotations

import pytest

from tests.lab.windows.specification import UnknownWord

from .builders import a_host, asynchronous


def test_an_unknown_word_is_refused_by_name() -> None:
    with pytest.raises(UnknownWord, match="memory_mb"):
        a_host(memory_mb=5)


def test_the_description_is_found_again_in_the_host() -> None:
    host = a_host(
        os={"name": "2016", "edition": "ServerDatacenter", "installation_type": "Server Core"},
        memory_gb=8,
        cores=2,
        disks={"D:": {"size_gb": 100, "free_gb": 50}},
        processes=[{"name": "mmc.exe", "session_id": 2}],
        programs=[{"name": "Product", "version": "1.0"}],
        listeners=[5723],
        dotnet_release=461814,
        files={r"C:\a": {"base64": "AP8=", "locked": True}},
    )

    assert (host.os.build, host.os.edition, host.os.installation_type) == (14393, "ServerDatacenter", "Server Core")
    assert (host.memory_bytes, host.hardware.logical_processors) == (8 * 1024**3, 4)
    assert host.disks["D:"].free == 50 * 1024**3
    assert [process.name for process in host.processes] == ["mmc"]
    assert host.listeners == {5985, 5986, 5723}
    assert host.registry.get(r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "Release") == 461814
    assert host.files.file(r"C:\a").content == b"\x00\xff" and host.files.file(r"C:\a").locked


def test_a_host_without_dotnet_has_no_release() -> None:
    host = a_host(dotnet_release=None)

    assert host.inventory.dotnet_release is None
    assert not host.registry.exists(r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full")


@asynchronous
async def test_the_end_state_holds_no_password() -> None:
    host = a_host(registry={r"HKLM\SOFTWARE\X": {"a": {"type": "binary", "value": "00"}}})

    assert "canary" not in str(host.dump())
