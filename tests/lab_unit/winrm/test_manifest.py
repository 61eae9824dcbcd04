"""Reading manifests and command lines that are not ansible-core's present ones, and refusing what is neither."""

from __future__ import annotations

import base64
import json

import pytest

from tests.lab.winrm.manifest import MARK, Become, ManifestReader, UnreadableManifest, decode_encoded_command, is_bootstrap

V1 = {
    "actions": ["become_wrapper", "module_powershell_wrapper"],
    "module_entry": base64.b64encode(b"# module").decode(),
    "module_args": {"data": "x", "_ansible_module_name": "ansible.legacy.setup", "_ansible_check_mode": True},
    "environment": {"A": "b"},
    "become_user": "svc",
    "become_password": "s3cret",
    "become_flags": "logon_type=new_credentials logon_flags=netcredentials_only",
    "min_ps_version": None,
    "min_os_version": None,
}


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-le")).decode()


def _read(*lines: str) -> ManifestReader:
    reader = ManifestReader()
    for line in lines:
        reader.feed(line)
    return reader


def test_the_format_of_2_17_is_put_into_the_later_shape() -> None:
    manifest = _read("param()", "# exec_wrapper" + MARK + json.dumps(V1)).end()

    assert manifest.is_module
    assert manifest.module_name == "ansible.builtin.setup"
    assert manifest.module_args == {"data": "x"}
    assert manifest.check_mode
    assert manifest.environment == {"A": "b"}
    assert manifest.become == Become("svc", "s3cret", "NewCredentials")
    assert manifest.entry_text == "# module"


@pytest.mark.parametrize(
    "lines",
    [[], ["hello"], ["{}", MARK, "{}"], ["{}", MARK, "no json"], [MARK], ["x" + MARK + "{}"]],
    ids=["nothing", "text", "no actions", "broken", "mark alone", "empty first format"],
)
def test_anything_else_is_refused(lines: list[str]) -> None:
    with pytest.raises(UnreadableManifest):
        _read(*lines).end()


def test_a_refusal_never_quotes_the_input() -> None:
    with pytest.raises(UnreadableManifest) as refusal:
        _read("{}", MARK, '{"actions": "s3cret"').end()

    assert "s3cret" not in str(refusal.value)


def test_no_action_but_a_module_has_a_module_name() -> None:
    manifest = _read("{}", MARK, json.dumps({"scripts": {}, "actions": [{"name": "psrp_put_file.ps1"}]})).end()

    assert not manifest.is_module
    with pytest.raises(UnreadableManifest):
        _unused = manifest.module_name


def test_a_script_is_found_in_an_encoded_command() -> None:
    line = f'"powershell" -NoProfile -EncodedCommand {_encoded("Write-Output ä")}'

    assert decode_encoded_command(line) == ("Write-Output ä", [])


def test_arguments_are_read_from_their_serialized_list() -> None:
    arguments = (
        '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><LST>'
        "<S>a &lt;b&gt;</S><S>two_x000A_lines</S></LST></Obj></Objs>"
    )
    line = f"powershell -EncodedCommand {_encoded('$args')} -EncodedArguments {_encoded(arguments)}"

    assert decode_encoded_command(line) == ("$args", ["a <b>", "two\nlines"])


def test_a_command_that_was_encoded_twice_is_opened_twice() -> None:
    once = f"PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand {_encoded('$input')}"

    assert decode_encoded_command(f"PowerShell -NoProfile -EncodedCommand {_encoded(once)}") == ("$input", [])


@pytest.mark.parametrize("line", ["whoami /all", "powershell -Command 1", "powershell -EncodedCommand"])
def test_another_command_line_is_none_of_it(line: str) -> None:
    assert decode_encoded_command(line) is None


def test_only_a_script_that_splits_its_input_reads_a_manifest() -> None:
    assert is_bootstrap('if ([string]::Equals($in, "`0`0`0`0")) { break }')
    assert not is_bootstrap("Get-Item C:\\")
