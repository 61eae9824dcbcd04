"""What the hands must not do: calls that pass every test without Windows and fail, or do harm, on the first real server."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import PurePosixPath

import pytest

from tests.judges.engine import syntax_checker
from tests.judges.tree import ROOT, tracked
from tests.judges.verdict import heard


@dataclass(frozen=True)
class Gate:
    """A pattern that no hand may match, why, and where that is written (reference/powershell-probes.md, -5.1.md, windows-tasks.md)."""

    name: str
    pattern: str
    why: str
    reference: str


GATES = (
    Gate("Win32_Product", r"\bWin32_Product\b", "its enumeration repairs every installed MSI package", "probes 6.16"),
    Gate("Get-WmiObject", r"\b(Get|Invoke|Set|Remove)-Wmi\w+|\[wmi(class|searcher)?\]", "is not in PowerShell 7", "probes 2.5"),
    Gate("Invoke-WebRequest", r"\bInvoke-(WebRequest|RestMethod)\b", "parses with Internet Explorer on 5.1", "probes 2.5"),
    Gate("Invoke-Expression", r"\bInvoke-Expression\b|\biex\b", "runs what it was told as text", "probes 2.5"),
    Gate("ErrorAction Continue", r"-ErrorAction:?\s+['\"]?Continue\b", "puts a second line into the result", "probes 6.6"),
    Gate("preference Continue", r"ErrorActionPreference\s*=\s*['\"]?(Silently)?Continue", "lets a broken step pass", "probes 6.6"),
    Gate("Format-List", r"\bFormat-(List|Table|Wide|Custom)\b|\bOut-(Host|String)\b", "makes text of data", "probes 2.5"),
    Gate("Write-Host", r"\bWrite-Host\b", "puts text beside the result", "probes 2.3"),
    Gate("redirected errors", r"2>&1", "makes the first line on stderr of a program a terminating error", "probes 6.7"),
    Gate("Get-Content", r"\bGet-Content\b", "opens with the default share mode and wraps strings in objects", "probes 6.4, 6.14"),
    Gate("Get-LocalGroupMember", r"\bGet-LocalGroupMember\b", "fails on one orphaned SID", "probes 6.20"),
    Gate("Get-Counter", r"\bGet-Counter\b", "its paths are translated", "probes 6.10"),
    Gate("script block callback", r"ServerCertificateValidationCallback\s*=\s*\{", "has no runspace on the calling thread", "probes 6.18"),
    Gate("ending processes", r"\bStop-Process\b|\btaskkill\b|\.Kill\(|TerminateProcess", "half a setup damages a server", "design 3"),
    Gate("restarting the host", r"\b(Restart|Stop)-Computer\b|\bshutdown(\.exe)?\s+/", "the controller does, and proves it", "design 4.5"),
    Gate("newer JSON", r"-AsHashtable\b|-EnumsAsStrings\b|-AsArray\b|\bTest-Json\b", "are not in 5.1", "probes 2.5"),
    Gate("newer parameters", r"-(AsUTC|SkipCertificateCheck|AsByteStream|Parallel)\b", "are not in 5.1", "probes 2.5"),
    Gate("newer .NET", r"ToHexString\b|TickCount64\b|GetRelativePath\b", "are not in .NET Framework", "probes 2.5"),
    Gate("UTF-8 with a mark", r"-Encoding\s+['\"]?utf8\b", "writes a byte order mark on 5.1", "probes 2.5"),
    # The binder of a host that transcribes makes a text of what is bound, and enumerates it for that: what can be read once is then gone.
    Gate(
        "a parameter that is a reader",
        r"(param|function\s+[\w-]+)\s*\([^)]*\$\w*(reader|enumerator)\b|\]\s*\$\w*(reader|enumerator)\b(?!\.)"
        r"|\[[\w.]*(reader|enumerator|enumerable)(\[[\w.]+\])?\]\s*\$",
        "loses rows where the host transcribes",
        "5.1 C1",
    ),
    Gate(
        "a reader as an argument",
        r"\b[a-z]+-[a-z]+\s[^|;{}]*\$\w*(reader|enumerator)\b(?!\.)|\$\w*(reader|enumerator)\s*\|",
        "loses rows where the host transcribes",
        "5.1 C1",
    ),
    Gate("a secret in a pipeline", r"(secret|password)[^|]*\||\|[^|]*(secret|password)", "is logged with its neighbours (4103)", "5.1 6"),
    Gate("translated group names", r"['\"](BUILTIN\\)?Administrators['\"]", "is translated: use the SID", "probes 6.10"),
)  # fmt: skip

PRODUCT = re.compile(r"(?<![a-z])scom|opsmgr|operations\s*manager|omsdk|cshost|healthservice|dataminer|skyline", re.IGNORECASE)
KNOWS_A_PRODUCT = {"scom_command"}


def hands() -> list[PurePosixPath]:
    return tracked("plugins/*.ps1", "plugins/*.psm1")


def text_of(hand: PurePosixPath) -> str:
    return (ROOT / hand).read_text(encoding="utf-8")


def code(text: str) -> list[str]:
    """The lines of a hand without its comments, which may well name what is not done and why."""
    text = re.sub(r"<#.*?#>", lambda block: "\n" * block.group().count("\n"), text, flags=re.DOTALL)
    return [re.sub(r"(^|\s)#(?!Ansible|Requires|!).*$", "", line) for line in text.splitlines()]


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_no_hand_calls(gate: Gate) -> None:
    found = [
        f"{hand}:{number}: {line.strip()}"
        for hand in hands()
        for number, line in enumerate(code(text_of(hand)), 1)
        if re.search(gate.pattern, line, re.IGNORECASE)
    ]
    assert not found, f"{gate.why} ({gate.reference})\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("gate", "line"),
    [
        ("a parameter that is a reader", "    param([Parameter(Mandatory = $true)][object]$Reader)"),
        ("a parameter that is a reader", "function Read-Row($Name, $SqlReader) {"),
        ("a parameter that is a reader", "        [System.Data.IDataReader]$From,"),
        ("a parameter that is a reader", "    param([Collections.Generic.IEnumerable[object]]$Rows)"),
        ("a reader as an argument", "            $rows.Add((Read-Row $reader))"),
        ("a reader as an argument", "    $first = $reader | Select-Object -First 1"),
        ("a secret in a pipeline", "    Read-SecretOption $Text | ForEach-Object { $_.get_Keys() }"),
        ("a secret in a pipeline", "    $names | ConvertTo-Json -InputObject $Secrets"),
    ],
)
def test_gate_refuses(gate: str, line: str) -> None:
    [one] = [each for each in GATES if each.name == gate]
    assert re.search(one.pattern, line, re.IGNORECASE)


@pytest.mark.parametrize(
    "line", ["$row[[string]$reader.GetName($i)] = ConvertFrom-SqlValue $reader.GetValue($i)", "while ($reader.Read()) {"]
)
def test_what_a_reader_answers_may_be_handed_on(line: str) -> None:
    assert not [gate.name for gate in GATES if re.search(gate.pattern, line, re.IGNORECASE)]


def test_gates_see_code_and_not_comments() -> None:
    text = "#AnsibleRequires -CSharpUtil Ansible.Basic\n<# Get-WmiObject\n is old #>\n$a = 1 # not 2>&1\n"
    assert code(text) == ["#AnsibleRequires -CSharpUtil Ansible.Basic", "", "", "$a = 1"]


def test_every_hand_is_an_ansible_module_in_strict_mode() -> None:
    lacking = [
        f"{hand}: no {wanted}"
        for hand in tracked("plugins/modules/*.ps1")
        for wanted in ("#AnsibleRequires -CSharpUtil Ansible.Basic", "Set-StrictMode -Version 2", "$ErrorActionPreference = 'Stop'")
        if not any(line.strip().startswith(wanted) for line in code(text_of(hand)))
    ]
    assert not lacking, "\n".join(lacking)


def test_hand_that_widens_the_protocols_of_a_shared_process_puts_them_back() -> None:
    """A PSRP process serves many tasks; what one leaves in ServicePointManager the next one inherits (probes 6, end)."""
    change = re.compile(r"ServicePointManager\]::SecurityProtocol\s*=")
    restored = re.compile(r"finally\s*\{[^}]*ServicePointManager\]::SecurityProtocol\s*=")
    left = [str(hand) for hand in hands() if change.search(text_of(hand)) and not restored.search(text_of(hand))]
    assert not left, left


def test_every_hand_is_documented_beside_itself() -> None:
    assert [str(hand) for hand in tracked("plugins/modules/*.ps1") if not (ROOT / hand).with_suffix(".yml").is_file()] == []


def test_no_hand_but_the_one_for_scom_names_a_product() -> None:
    found = [
        f"{hand}:{number}: {line.strip()}"
        for hand in hands()
        if hand.stem not in KNOWS_A_PRODUCT
        for number, line in enumerate(text_of(hand).splitlines(), 1)
        if PRODUCT.search(line)
    ]
    assert not found, "\n".join(found)


def test_hands_are_written_for_windows_powershell_5_1() -> None:
    heard(syntax_checker(), "--target", "5.1", *hands(), cwd=ROOT)


@pytest.mark.parametrize(
    "script", ["$a ?? $b", "$a && $b", "$a ? 1 : 2", "${a}?.b", "ConvertFrom-Json '{}' -AsHashtable", "Get-Date -AsUTC"]
)
def test_checker_for_5_1_refuses_what_came_later(script: str) -> None:
    """A judge that never says no is none."""
    said = subprocess.run([syntax_checker(), "--target", "5.1", "/dev/stdin"], input=script, capture_output=True, text=True, check=False)
    assert said.returncode == 1, said.stdout + said.stderr
