"""The registry as Windows keeps it (powershell-probes 1.1)."""

from __future__ import annotations

import pytest

from tests.lab.windows.registry import AccessDenied, Registry, value_of_specification


def test_the_32_bit_view_of_software_lies_below_wow6432node() -> None:
    registry = Registry()
    registry.set(r"HKLM\SOFTWARE\Vendor", "Where", "narrow", view="32")

    assert registry.get(r"SOFTWARE\Wow6432Node\Vendor", "Where") == "narrow"
    assert registry.get(r"SOFTWARE\Vendor", "Where") is None


def test_numbers_come_back_unsigned() -> None:
    registry = Registry()
    registry.set(r"HKLM\SOFTWARE\Vendor", "Flag", -1)

    assert registry.values(r"HKLM\SOFTWARE\Vendor")["Flag"].plain() == {"type": "dword", "value": 4294967295}


def test_bytes_are_answered_in_base64() -> None:
    registry = Registry()
    data, kind = value_of_specification({"type": "binary", "value": "00ff"})
    registry.set(r"HKLM\SOFTWARE\Vendor", "Blob", data, kind)

    assert registry.values(r"HKLM\SOFTWARE\Vendor")["Blob"].plain() == {"type": "binary", "value": "AP8="}


def test_volatile_keys_do_not_outlive_a_boot() -> None:
    registry = Registry()
    registry.create(r"HKLM\SOFTWARE\Boot\one", volatile=True)
    registry.create(r"HKLM\SOFTWARE\Boot\two")
    registry.drop_volatile()

    assert registry.keys(r"HKLM\SOFTWARE\Boot") == ["two"]


def test_what_lies_below_a_denied_key_is_denied_too() -> None:
    registry = Registry()
    registry.set(r"HKLM\SOFTWARE\Closed\Deep", "x", 1)
    registry.create(r"HKLM\SOFTWARE\Closed", denied=True)

    with pytest.raises(AccessDenied):
        registry.values(r"HKLM\SOFTWARE\Closed\Deep")


def test_writing_tells_the_journal_the_full_name_of_the_key() -> None:
    told: list[tuple[str, str, object]] = []
    Registry(on_set=lambda *what: told.append(what)).set("software\\Vendor", "a", "b")

    assert told == [("HKLM\\software\\Vendor", "a", "b")]
