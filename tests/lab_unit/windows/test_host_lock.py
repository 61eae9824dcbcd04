"""host_lock: a compare-and-set with an expiry by the host's clock (powershell-probes 5)."""

from __future__ import annotations

from typing import Any

from tests.lab.windows.locks import path

from .builders import a_host, asynchronous, hand

LOCK = "scom-prod"


async def lock(host: Any, operation: str, owner: str = "a", **options: Any) -> dict[str, Any]:
    return await hand(host, "host_lock", operation=operation, name=LOCK, owner=owner, **options)


@asynchronous
async def test_only_one_owner_gets_a_free_lock() -> None:
    host = a_host()
    first = await lock(host, "acquire", purpose="upgrade")
    second = await lock(host, "acquire", "b")

    assert (first["acquired"], first["mine"], first["changed"]) == (True, True, True)
    assert (second["acquired"], second["owner"], second["purpose"], second["changed"]) == (False, "a", "upgrade", False)


@asynchronous
async def test_its_owner_acquires_it_again_and_keeps_the_time_of_taking_it() -> None:
    host = a_host()
    first = await lock(host, "acquire")
    again = await lock(host, "acquire")

    assert again["acquired"] is True and again["acquired_utc"] == first["acquired_utc"]
    assert again["sequence"] == first["sequence"] + 1
    assert [entry.event for entry in host.world.journal.entries if entry.event.startswith("lock")] == ["lock.acquire"]


@asynchronous
async def test_an_expired_lock_is_taken_over_by_the_hosts_clock() -> None:
    host = a_host()
    await lock(host, "acquire", ttl_seconds=60)
    host.clock.jump(61)
    taken = await lock(host, "acquire", "b")

    assert (taken["acquired"], taken["took_over"], taken["owner"]) == (True, True, "b")
    assert (await lock(host, "renew", "a"))["acquired"] is False


@asynchronous
async def test_an_expired_lock_that_nobody_took_is_still_its_owners() -> None:
    host = a_host()
    await lock(host, "acquire", ttl_seconds=60)
    host.clock.jump(61)

    assert (await lock(host, "renew"))["acquired"] is True


@asynchronous
async def test_only_the_owner_releases_it() -> None:
    host = a_host()
    await lock(host, "acquire")

    assert (await lock(host, "release", "b"))["released"] is False
    assert (await lock(host, "release"))["released"] is True
    assert (await lock(host, "inspect", "b"))["held"] is False


@asynchronous
async def test_a_damaged_lock_is_held_for_an_hour() -> None:
    host = a_host(files={path(LOCK): "half a rec"})
    damaged = await lock(host, "acquire")
    host.clock.jump(3601)
    later = await lock(host, "acquire")

    assert (damaged["acquired"], damaged["corrupt"], damaged["held"]) == (False, True, True)
    assert later["acquired"] is True


@asynchronous
async def test_a_lock_from_a_clock_that_ran_ahead_counts_as_damaged() -> None:
    host = a_host(clock_skew=1_000_000)
    await lock(host, "acquire")
    host.clock.jump(-1_000_000)
    host.files.file(path(LOCK)).modified = host.clock.now()

    assert (await lock(host, "inspect", "b"))["corrupt"] is True


@asynchronous
async def test_check_mode_says_what_would_happen_and_writes_nothing() -> None:
    host = a_host()
    result = await lock(host, "acquire", check=True)

    assert result["acquired"] is True and result["changed"] is True
    assert not host.files.is_file(path(LOCK))
