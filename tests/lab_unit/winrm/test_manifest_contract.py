"""What ansible-core itself sends must be what `tests.lab.winrm.manifest` reads; it is no public interface (reference 1.1, 1.3)."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.executor.powershell import module_manifest
from ansible.plugins.loader import become_loader

from tests.lab.winrm.manifest import MARK, Become, ExecManifest, ManifestReader, is_bootstrap

from .ansible_calls import MODULE, exec_manifest, frames_as_since_2_19

pytestmark = frames_as_since_2_19


def _wrapped(**changes: Any) -> ExecManifest:
    arguments: dict[str, Any] = {
        "module_args": {"questions": {"a": {"kind": "session"}}, "_ansible_check_mode": True, "_ansible_diff": False},
        "environment": {"HTTP_PROXY": "http://proxy"},
    }
    reader = ManifestReader()
    for line in exec_manifest(**(arguments | changes)).decode().splitlines():
        assert reader.feed(line) is False
    return reader.end()


def test_a_module_call_carries_name_arguments_check_mode_and_environment() -> None:
    manifest = _wrapped()

    assert manifest.is_module
    assert manifest.module_name == "systemcenter.upgrade.host_probe"
    assert manifest.module_args == {"questions": {"a": {"kind": "session"}}}
    assert (manifest.check_mode, manifest.diff_mode) == (True, False)
    assert manifest.environment == {"HTTP_PROXY": "http://proxy"}
    assert manifest.become is None
    assert manifest.entry_text.encode() == MODULE
    assert "Ansible.Basic.cs" in manifest.scripts


def test_a_module_of_ansible_core_has_its_full_name() -> None:
    assert _wrapped(name="ansible.modules.slurp").module_name == "ansible.builtin.slurp"


def test_become_carries_user_password_and_kind_of_logon() -> None:
    runas = become_loader.get("runas")
    runas.set_options(direct={"become_user": "LAB\\svc", "become_pass": "s3cret", "become_flags": "logon_type=batch"})

    manifest = _wrapped(become_plugin=runas)

    assert manifest.actions[0].name == "become_wrapper.ps1"
    assert manifest.become == Become("LAB\\svc", "s3cret", "Batch")
    assert manifest.module_name == "systemcenter.upgrade.host_probe"


def test_an_async_call_names_its_job_before_the_module() -> None:
    manifest = _wrapped(async_timeout=60, environment={"ANSIBLE_ASYNC_DIR": r"%USERPROFILE%\.ansible_async"})

    wrapper, watchdog = manifest.action("async_wrapper.ps1"), manifest.action("async_watchdog.ps1")
    assert wrapper is not None
    assert set(wrapper.params) == {"AsyncDir", "AsyncJid", "StartupTimeout"}
    assert watchdog is not None
    assert watchdog.params == {"Timeout": 60}


def test_script_text_is_told_from_a_module() -> None:
    manifest = _wrapped(substyle="script", name="script", module_data=b"& 'C:\\x.ps1'")

    assert (manifest.is_module, manifest.is_script_text) == (False, True)
    assert manifest.entry_text == "& 'C:\\x.ps1'"


def test_an_upload_sends_its_path_and_then_input_of_its_own() -> None:
    script, data = module_manifest._bootstrap_powershell_script("winrm_put_file.ps1", {"Path": r"C:\x"}, has_input=True)
    reader = ManifestReader()

    of_action = [line for line in [*data.decode().splitlines(), "QUJD"] if reader.feed(line)]

    assert is_bootstrap(script)
    assert of_action == ["QUJD"]
    assert reader.manifest is not None
    assert (reader.manifest.entry.name, reader.manifest.entry.params) == ("winrm_put_file.ps1", {"Path": r"C:\x"})


@pytest.mark.parametrize("name", ["psrp_put_file.ps1", "psrp_fetch_file.ps1", "winrm_fetch_file.ps1", "powershell_mkdtemp.ps1"])
def test_the_scripts_for_files_keep_their_names(name: str) -> None:
    _script, data = module_manifest._bootstrap_powershell_script(name, {})

    assert data.decode().split("\n")[1] == MARK
