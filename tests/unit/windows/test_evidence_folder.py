"""Evidence on the controller holds no password, however a file or a host writes it, and lies nowhere but below the operator's directory."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import MASK, Secrets
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._windows.evidence_folder import Evidence, owner, started_at
from hypothesis import given, settings
from hypothesis import strategies as st

AWKWARD = 'CANARY "quoted\\ \u00e4'


def test_a_secret_with_quotes_backslashes_and_umlauts_is_masked_in_facts(tmp_path: Path) -> None:
    path = Evidence(tmp_path, Secrets([AWKWARD])).write("evidence.json", {"seen": f"setup said {AWKWARD}!"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"seen": f"setup said {MASK}!"}


# Writing a file takes as long as the disk is busy.
@settings(max_examples=50)
@given(st.text(min_size=6, alphabet=st.characters(blacklist_categories=("Cs", "Cc"))).filter(lambda text: text not in MASK))
def test_no_secret_survives_in_facts(tmp_path_factory: pytest.TempPathFactory, secret: str) -> None:
    folder = tmp_path_factory.mktemp("evidence")
    path = Evidence(folder, Secrets([secret])).write("evidence.json", {"k": [f"a{secret}b"]})
    assert json.loads(path.read_text(encoding="utf-8"))["k"] == [f"a{MASK}b"]


def test_a_longer_secret_is_masked_before_one_that_is_a_part_of_it(tmp_path: Path) -> None:
    path = Evidence(tmp_path, Secrets(["CANARY", "CANARY-long"])).write("evidence.json", {"seen": "CANARY-long CANARY"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"seen": f"{MASK} {MASK}"}


def test_a_secret_that_is_a_word_of_the_evidence_leaves_it_readable(tmp_path: Path) -> None:
    path = Evidence(tmp_path, Secrets(["proved", "true", ",", "0", '"'])).write("evidence.json", {"proved": True, "seen": "proved, 10"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"proved": True, "seen": f"{MASK}{MASK} 1{MASK}"}


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_has_not_leaves_the_evidence_readable_for_every_program(tmp_path: Path, number: float) -> None:
    path = Evidence(tmp_path, Secrets()).write("evidence.json", {"seen": [number]})
    assert json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail) == {"seen": [str(number)]}


def test_a_fact_that_is_no_plain_data_is_masked_as_well(tmp_path: Path) -> None:
    path = Evidence(tmp_path, Secrets(["CANARY"])).write("evidence.json", {"seen": Path("/CANARY")})
    assert json.loads(path.read_text(encoding="utf-8")) == {"seen": f"/{MASK}"}


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")
# As a program writes it who got it, quotes it for a command line, or puts it into JSON, XML, a URL, SQL.
WRITTEN = (
    'CANARY \u00e4"1\\',
    'CANARY \u00e4\\"1\\\\',
    r"CANARY \u00e4\"1\\",
    "CANARY \u00e4&quot;1\\",
    "CANARY%20%C3%A4%221%5C",
    'CANARY \u00e4""1\\',
)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("written", WRITTEN)
def test_a_copy_of_a_log_has_no_secret_in_whichever_encoding_and_spelling_the_host_wrote_it(
    tmp_path: Path, encoding: str, written: str
) -> None:
    log = f"started\r\nthe value {written} was taken\r\nended".encode(encoding)
    copy = Evidence(tmp_path, Secrets(['CANARY \u00e4"1\\'])).write_log("setup.log", log)
    started, taken, ended = copy.read_text(encoding="utf-8").split("\n")
    assert (started, ended) == ("started", "ended")
    assert taken.rstrip("\\") == f"the value {MASK} was taken"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_copy_of_a_log_has_no_password_of_another_run_that_its_name_gives_away(tmp_path: Path, encoding: str) -> None:
    lines = [
        "[09:00:01]:\tAlways:\t:DASAccountPassword = two w\u00f6rds",
        "/DASAccountPassword:one /silent",
        "Property(S): DASPASSWORD = a b",
    ]
    copy = Evidence(tmp_path, Secrets()).write_log("setup.log", "\r\n".join(lines).encode(encoding))
    told = [
        f"[09:00:01]:\tAlways:\t:DASAccountPassword = {MASK}",
        f"/DASAccountPassword:{MASK} /silent",
        f"Property(S): DASPASSWORD = {MASK}",
    ]
    assert copy.read_text(encoding="utf-8").split("\n") == told


def test_one_line_of_a_log_in_the_hosts_code_page_hides_no_secret_of_another_in_utf_8(tmp_path: Path) -> None:
    copy = Evidence(tmp_path, Secrets(["p\u00e4ss"])).write_log("setup.log", b"p\xe4ss\np\xc3\xa4ss")
    assert copy.read_text(encoding="utf-8") == f"{MASK}\n{MASK}"


def test_a_copy_of_a_log_without_secrets_has_the_line_ends_of_the_host(tmp_path: Path) -> None:
    log = b"one\r\ntwo\nthree\r\r\n\r\nfour"
    assert Evidence(tmp_path, Secrets(["CANARY"])).write_log("progress.log", log).read_bytes() == log


def test_the_hash_of_the_log_as_it_is_on_the_host_lies_beside_its_copy(tmp_path: Path) -> None:
    log = "CANARY was taken\r\n".encode("utf-16")
    copy = Evidence(tmp_path, Secrets(["CANARY"])).write_log("setup.txt", log)
    assert copy.with_name("setup.txt.sha256").read_text(encoding="utf-8").split() == [hashlib.sha256(log).hexdigest()]


def test_a_folder_that_cannot_be_made_is_known_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match="file"):
        Evidence(tmp_path / "file" / "folder", Secrets()).prepare()


# What a host may say of its cluster, of a start, or of a log.
HOSTILE = (
    "..", ".", "", "...", " .. ", "../..", "..\\..", "/etc", "\\\\server\\share", "C:\\x", "a\0b", "\x1b[2J", "a\r\nPLAY RECAP",
    "\udc80", "\u202e", "x" * 5000, "\u4e00" * 300, "~", "~root", "-rf", "CON", ".hidden", "evidence.json", "logs/../../x",
)  # fmt: skip


def a_run(directory: Path, *names: str) -> Evidence:
    return Evidence(directory, Secrets(), owner(names[0], ["dma1"]), *names[1:])


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_of_a_host_leads_out_of_the_operators_directory(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "deep" / "evidence"
    run = a_run(inside, name, name, *started_at(name))
    paths = [run.write("evidence.json", {"seen": name}), run.write_log(name, b"log"), run.write_log(f"{name}-progress.log", b"log")]
    assert all(inside.resolve() in path.resolve().parents for path in paths)
    assert list(tmp_path.iterdir()) == [tmp_path / "deep"]
    assert list(inside.parent.iterdir()) == [inside]
    assert run.folder.parent.parent == inside, "a folder for whom, and one for what"


@pytest.mark.parametrize(
    "name", ["evidence.json", "EVIDENCE.JSON", "before.json", "evidence.json ", r"C:\logs\evidence.json", "x/evidence.json"]
)
def test_a_log_that_a_host_calls_like_the_proof_does_not_replace_it(tmp_path: Path, name: str) -> None:
    run = Evidence(tmp_path, Secrets())
    proof = [run.write(one, {"proved": True}) for one in ("evidence.json", "before.json")]
    run.write_log(name, b"forged")
    assert [json.loads(path.read_text(encoding="utf-8")) for path in proof] == [{"proved": True}] * 2
    assert len(list(tmp_path.glob("*.json"))) == 2


def test_the_name_of_a_log_stays_as_it_is_on_the_host(tmp_path: Path) -> None:
    assert Evidence(tmp_path, Secrets()).write_log(r"C:\LOGS\OpsMgr Setup (1).log", b"").name == "OpsMgr Setup (1).log"


@pytest.mark.parametrize("started", ["..", "2031-01-15", "2031-13-45T99:00:00Z", "2031-01-15T21:30:00Z/../..", "\0", "x" * 100])
def test_a_start_that_is_no_time_names_no_folder(started: str) -> None:
    assert started_at(started) == ()
    assert started_at("2031-01-15T21:30:00.1234567Z") == ("2031-01-15T21-30-00",)


def test_a_system_that_calls_itself_like_another_does_not_put_its_proof_into_the_folder_of_that_one() -> None:
    honest, liar = owner("LAB", ["dma1", "dma2"]), owner("LAB", ["dma8", "dma9"])
    assert honest != liar
    assert honest == owner("LAB", ["DMA2", "dma1"]), "another controller, another order"


@pytest.mark.parametrize(("one", "other"), [("a b", "a_b"), ("a/b", "a:b"), ("x" * 400 + "1", "x" * 400 + "2"), ("..", "_"), ("a.", "a")])
def test_two_hosts_of_the_inventory_never_share_a_folder(one: str, other: str) -> None:
    assert owner(one) != owner(other)
    assert owner("ms1.contoso.lab") == "ms1.contoso.lab"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_evidence_is_for_the_account_alone_that_keeps_it(tmp_path: Path) -> None:
    """It names accounts, servers and addresses."""
    before = os.umask(0)
    try:
        run = a_run(tmp_path / "new" / "evidence", "LAB", "to 2025")
        files = [run.write("evidence.json", {}), run.write_log("setup.log", b"")]
    finally:
        os.umask(before)
    assert {mode_of(file) for file in files} == {0o600}
    assert {mode_of(folder) for folder in (run.folder, *list(run.folder.parents)[:3])} == {0o700}


def test_a_link_in_the_place_of_a_file_is_replaced_and_never_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    run = Evidence(tmp_path / "evidence", Secrets(), "LAB")
    run.prepare()
    for name in ("evidence.json", "setup.log", "setup.log.sha256"):
        (run.folder / name).symlink_to(victim)
    paths = [run.write("evidence.json", {"proved": True}), run.write_log("setup.log", b"log")]
    assert victim.read_text(encoding="utf-8") == "mine"
    assert not any(path.is_symlink() for path in paths)
    assert sorted(one.name for one in run.folder.iterdir()) == ["evidence.json", "setup.log", "setup.log.sha256"], (
        "nothing half-written is left"
    )


def test_a_folder_that_is_a_link_to_elsewhere_is_trouble_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "evidence" / "LAB").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "evidence" / "circle").symlink_to(tmp_path / "evidence" / "circle")
    for name in ("LAB", "circle"):
        with pytest.raises(OSError, match=rf"{name}"):
            Evidence(tmp_path / "evidence", Secrets(), name, "to 2025").prepare()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_no_text_can_hold_is_escaped_in_facts(tmp_path: Path) -> None:
    path = Evidence(tmp_path, Secrets()).write("evidence.json", {"seen": "a\udc80\0b"})
    assert json.loads(path.read_bytes())["seen"] == "a\udc80\0b"
