"""Exit codes of setup.exe and msiexec.exe (4, windows-tasks 2.5)."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._installer.exit_codes import (
    MSIEXEC_EXIT_CODES,
    SETUP_EXIT_CODES,
    msiexec_exit_code,
    setup_exit_code,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("code", "name", "may_be_success", "reboot"),
    [
        (0, "Successful", True, False),
        (3010, "SuccessfulNeedReboot", True, True),
        (1641, "SuccessRebootInitiated", True, True),
        (-17, "InvalidToInstallOnThisMachine", False, False),
        (4294967279, "InvalidToInstallOnThisMachine", False, False),
        (17, "InvalidToInstallOnThisMachine", False, False),
        (-14, "FailedPrerequisiteChecks", False, False),
        (-15, "InvalidCommandLine", False, False),
        (-18, "AnotherSetupRunningOnThisMachine", False, False),
        (1, "Failed", False, False),
        (-1, "Failed", False, False),
        (3221225786, "STATUS_CONTROL_C_EXIT", False, False),
        (-1073741510, "STATUS_CONTROL_C_EXIT", False, False),
    ],
)
def test_known_codes_of_setup(code, name, may_be_success, reboot):
    found = setup_exit_code(code)
    assert (found.name, found.may_be_success, found.reboot, found.is_known) == (name, may_be_success, reboot, True)


@pytest.mark.parametrize(
    ("code", "name", "retry"),
    [
        (0, "ERROR_SUCCESS", False),
        (1603, "ERROR_INSTALL_FAILURE", False),
        (0x80070643, "ERROR_INSTALL_FAILURE", False),
        (-2147023293, "ERROR_INSTALL_FAILURE", False),
        (1618, "ERROR_INSTALL_ALREADY_RUNNING", True),
        (1638, "ERROR_PRODUCT_VERSION", False),
        (3010, "SuccessfulNeedReboot", False),
    ],
)
def test_known_codes_of_msiexec(code, name, retry):
    found = msiexec_exit_code(code)
    assert (found.name, found.retry) == (name, retry)


def test_only_1641_says_that_the_reboot_has_begun():
    assert [row.code for row in SETUP_EXIT_CODES if row.rebooting] == [1641]


@pytest.mark.parametrize("code", [1603, 259, 2, -2146232576])
def test_a_code_no_table_has_is_known_to_be_unknown_and_no_success(code):
    found = setup_exit_code(code)
    assert (found.is_known, found.may_be_success) == (False, False)
    assert f"exit code {code} (0x" in found.meaning


@pytest.mark.parametrize("table", [SETUP_EXIT_CODES, MSIEXEC_EXIT_CODES])
def test_no_code_stands_twice_and_each_has_a_source(table):
    assert len({row.code for row in table}) == len(table)
    assert all(row.source and row.meaning and row.name for row in table)


@given(st.integers(min_value=-(2**31), max_value=2**32 - 1))
def test_signed_and_unsigned_forms_mean_the_same(code):
    assert setup_exit_code(code) == setup_exit_code(code & 0xFFFFFFFF)
    assert msiexec_exit_code(code) == msiexec_exit_code(code & 0xFFFFFFFF)
