# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What host_probe.yml says is what the answers have, and the C# text is one that Windows PowerShell 5.1 compiles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade import questions as q

from tests.powershell.engine import IS_WINDOWS, PLUGINS, required_utilities, run_hand
from tests.powershell.shape import BASE64, DATA, NONE, UTC, Map
from tests.powershell.windows import ask

HANDS = ("host_probe", "sql_query", "scom_command")


def documented(hand: str) -> dict[str, Any]:
    with (PLUGINS / "modules" / f"{hand}.yml").open(encoding="utf-8") as text:
        return yaml.safe_load(text)


def documented_kinds() -> dict[str, Any]:
    answer = documented("host_probe")["RETURN"]["answers"]["contains"]["name_of_the_question"]["contains"]
    return answer["data"]["contains"]


def ansible_type(schema: Any) -> str:
    """The documentation's word for a schema."""
    if isinstance(schema, tuple):
        return ansible_type(next(each for each in schema if each is not NONE))
    if isinstance(schema, (Map, dict)):
        return "dict"
    if isinstance(schema, list):
        return "list"
    return "str" if schema in (UTC, BASE64) or not isinstance(schema, type) else schema.__name__


def test_every_kind_is_documented() -> None:
    assert set(documented_kinds()) == set(DATA)


@pytest.mark.parametrize("kind", sorted(DATA))
def test_the_documented_fields_of_a_kind_are_those_it_has(kind: str) -> None:
    fields: Mapping[str, Any] = documented_kinds()[kind]["contains"]
    assert {name: field["type"] for name, field in fields.items()} == {name: ansible_type(schema) for name, schema in DATA[kind].items()}


def test_the_host_is_documented_as_the_session_is() -> None:
    assert documented("host_probe")["RETURN"]["host"]["contains"] == documented_kinds()["session"]["contains"]


@pytest.mark.parametrize("hand", HANDS)
def test_a_script_calls_only_what_it_or_its_utilities_define(hand: str) -> None:
    """A function that a utility does not export is found neither by the parser nor by a run that happens not to need it."""
    script = PLUGINS / "modules" / f"{hand}.ps1"
    texts = {path: path.read_text(encoding="utf-8") for path in [*required_utilities(script), script]}
    owners = {name: path for path, text in texts.items() for name in re.findall(r"^function ([\w-]+)", text, re.MULTILINE)}
    exported = {name for text in texts.values() for name in re.findall(r"[\w-]+", text.partition("Export-ModuleMember -Function")[2])}
    for path, text in texts.items():
        called = {name for name in owners if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)}
        assert {name for name in called if owners[name] != path} <= exported, path.name


@pytest.mark.parametrize("hand", HANDS)
def test_a_utility_requires_the_utilities_it_calls(hand: str) -> None:
    script = PLUGINS / "modules" / f"{hand}.ps1"
    texts = {path: path.read_text(encoding="utf-8") for path in [*required_utilities(script), script]}
    owners = {name: path for path, text in texts.items() for name in re.findall(r"^function ([\w-]+)", text, re.MULTILINE)}
    for path, text in texts.items():
        called = {owner for name, owner in owners.items() if owner != path and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)}
        assert called <= set(required_utilities(path)), path.name


# Windows PowerShell has no other compiler than that of C# 5, and Add-Type takes warnings for errors everywhere.
COMPILED = """
function Get-AuditFlag {
    if (-not ('Microsoft.CodeAnalysis.CSharp.CSharpParseOptions' -as [type])) { return [long]1 }
    $language = [Microsoft.CodeAnalysis.CSharp.LanguageVersion]::CSharp5
    $options = (New-Object Microsoft.CodeAnalysis.CSharp.CSharpParseOptions).WithLanguageVersion($language)
    $tree = [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree]::ParseText((Get-NativeSource), $options)
    $references = New-Object 'System.Collections.Generic.List[Microsoft.CodeAnalysis.MetadataReference]'
    foreach ($path in [System.AppContext]::GetData('TRUSTED_PLATFORM_ASSEMBLIES').Split([System.IO.Path]::PathSeparator)) {
        if ([System.IO.Path]::GetFileName($path) -notlike 'System*') { continue }
        $references.Add([Microsoft.CodeAnalysis.MetadataReference]::CreateFromFile($path))
    }
    $kind = [Microsoft.CodeAnalysis.OutputKind]::DynamicallyLinkedLibrary
    $strict = (New-Object Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions $kind).WithGeneralDiagnosticOption('Error')
    $trees = [Microsoft.CodeAnalysis.SyntaxTree[]]@($tree)
    $compilation = [Microsoft.CodeAnalysis.CSharp.CSharpCompilation]::Create('check', $trees, $references, $strict)
    $found = @($compilation.GetDiagnostics() | Where-Object { "$($_.Severity)" -eq 'Error' } | ForEach-Object { $_.ToString() })
    if ($found.Count) { Stop-Question -State unknown -Type Compiler -Message ($found -join '; ') }
    [long]1
}
function Get-AuditCommandLineAnswer { $null = Get-AuditFlag; @{ process_creation_success = $true; include_command_line = $false } }
"""


def test_the_c_sharp_text_is_of_version_5_and_without_warnings() -> None:
    answer = ask(q.audit_command_line(), COMPILED)
    assert answer["state"] == "present", answer["error"]


def test_the_c_sharp_text_compiles_and_calls_windows() -> None:
    """Elsewhere the library it calls is missing, which is known only after it was compiled; the engine's search for it may fail itself."""
    questions = {name: q.user_rights("SeServiceLogonRight") for name in ("first", "second")}
    for answer in run_hand("host_probe", {"questions": questions}).result["answers"].values():
        if IS_WINDOWS:
            assert answer["state"] == "present", answer["error"]
        else:
            assert answer["error"]["type"] in ("System.DllNotFoundException", "System.ArgumentNullException"), answer["error"]
