# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What host_probe reads from the registry."""

from __future__ import annotations

import base64

from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.windows import ask, registry


def test_numbers_of_the_registry_are_unsigned_and_bytes_are_base64() -> None:
    values = ask(q.registry_key("SOFTWARE\\Acme"))["data"]["values"]
    assert values["Highest"] == {"type": "dword", "value": 4294967295}
    assert values["Big"] == {"type": "qword", "value": 2**40}
    assert values["Raw"] == {"type": "binary", "value": base64.b64encode(b"\x00\xff").decode()}


def test_a_list_of_one_stays_a_list_and_an_empty_one_too() -> None:
    data = ask(q.registry_key("SOFTWARE\\Acme"))["data"]
    assert data["values"]["One"] == {"type": "multi_string", "value": ["a"]}
    assert data["values"]["None"] == {"type": "multi_string", "value": []}
    assert data["subkeys"] == ["Sub"]
    assert ask(q.registry_key("SOFTWARE\\Acme\\Sub"))["data"]["subkeys"] == []


def test_an_empty_value_and_the_default_value_are_present() -> None:
    values = ask(q.registry_key("SOFTWARE\\Acme"))["data"]["values"]
    assert values["Empty"] == {"type": "string", "value": ""}
    assert values[""] == {"type": "string", "value": "unnamed"}


def test_expandable_texts_are_shown_as_they_are_written() -> None:
    values = ask(q.registry_key("SOFTWARE\\Acme"), environment={"ENGINE_HOME": "elsewhere"})["data"]["values"]
    assert values["Home"] == {"type": "expand_string", "value": "%ENGINE_HOME%"}


def test_the_32_bit_view_is_another_registry() -> None:
    values = ask(q.registry_key("SOFTWARE\\Acme", q.View.BITS_32))["data"]["values"]
    assert values == {"Home": {"type": "string", "value": "thirty-two"}}


def test_a_value_that_does_not_fit_its_type_spoils_only_itself() -> None:
    broken = """
function Open-LocalMachineKey([string]$Path) {
    $key = New-Fact @{ Path = $Path }
    New-Method $key GetValueNames { , [string[]]@('good', 'bad') }
    New-Method $key GetSubKeyNames { , [string[]]@() }
    New-Method $key GetValueKind { 'DWord' }
    New-Method $key GetValue { if ($args[0] -eq 'bad') { throw (New-Object System.InvalidCastException 'no valid cast') }; 7 }
    New-Method $key Dispose { }
    $key
}"""
    values = ask(q.registry_key("SOFTWARE\\Acme"), broken)["data"]["values"]
    assert values == {"good": {"type": "dword", "value": 7}, "bad": {"type": "none", "value": None}}


def test_a_value_without_a_type_is_bytes_or_nothing() -> None:
    tree = registry()
    tree["HKLM"]["SOFTWARE"]["Odd"] = {"@": {"Typeless": {"type": "None", "value": [7]}, "Strange": {"type": "Unknown", "value": "x"}}}
    values = ask(q.registry_key("SOFTWARE\\Odd"), tree=tree)["data"]["values"]
    assert values == {"Typeless": {"type": "none", "value": "Bw=="}, "Strange": {"type": "none", "value": None}}


def test_a_subkey_that_vanishes_while_the_others_are_read_is_left_out() -> None:
    vanishing = """
function Open-LocalMachineKey {
    $key = New-Fact @{}
    New-Method $key GetSubKeyNames { , [string[]]@('gone') }
    New-Method $key OpenSubKey { }
    New-Method $key Dispose { }
    $key
}"""
    assert ask(q.registry_subkeys("SOFTWARE"), vanishing)["data"] == {"keys": {}}
