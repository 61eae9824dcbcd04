"""Values and passwords on the command line of setup."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._installer.quoting import UnquotableValue, quoted
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.setup.command_line import (
    InvalidValue,
    Secret,
    SetupComponent,
    build,
    management_server_upgrade,
)
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.accounts import Account
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.scom.setup.argv import DAS, EULA, READER, command_line_to_argv, received

# What Windows passwords hold: everything but control characters and halves of surrogate pairs.
PASSWORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\u2028\u2029") | st.sampled_from('"\\ %^&!\u00e4'), min_size=1
)


def test_the_reference_splits_as_windows_documents():
    """The examples of the CommandLineToArgvW page."""
    assert command_line_to_argv(r'"abc" d e') == ["abc", "d", "e"]
    assert command_line_to_argv(r'a\\b d"e f"g h') == [r"a\\b", "de fg", "h"]
    assert command_line_to_argv(r"a\\\"b c d") == [r"a\"b", "c", "d"]
    assert command_line_to_argv(r'a\\\\"b c" d e') == [r"a\\b c", "d", "e"]
    assert command_line_to_argv('a ""') == ["a", ""]


@pytest.mark.parametrize(
    ("extra", "complaint"),
    [
        ({"SendCEIPReports": "yes"}, "0 or 1"),
        ({"EnableErrorReporting": "Sometimes"}, "Never or Queued or Always"),
        ({"AcceptEndUserLicenseAgreement": "0"}, "takes 1"),
        ({"components": True}, "takes a text"),
        ({"UseLocalSystemDASAccount": "yes"}, "takes no value"),
        ({"components": "{secret:das_password}"}, "mark of a secret"),
        ({"components": ""}, "is empty"),
        ({"components": "OMServer\n/recover"}, "line break"),
        ({"components": "x" * 40_000}, "longer than"),
        ({"DataReaderPassword": "in clear"}, "takes a secret"),
        ({"DataReaderPassword": Secret("no name", "x")}, "letters, digits"),
        ({"DataReaderPassword": Secret("data_reader_user", "")}, "is empty"),
        ({"DataReaderPassword": Secret("das_password", "another")}, "has the name das_password already"),
    ],
)
def test_a_value_its_switch_cannot_take_is_refused(extra, complaint):
    options = {**EULA, "DASAccountUser": r"C\das", "DASAccountPassword": Secret("das_password", DAS.secret)}
    options |= {"DataReaderUser": r"C\rdr", "DataReaderPassword": Secret("data_reader_password", READER.secret)}
    if "UseLocalSystemDASAccount" in extra:
        options = {name: value for name, value in options.items() if not name.startswith("DAS")}
    with pytest.raises(InvalidValue, match=complaint):
        build(SetupComponent.MANAGEMENT_SERVER, {**options, **extra})


@pytest.mark.parametrize("character", ["\0", "\n", "\r", "\t", "\x1b", "\ud800", "\u2028"])
def test_a_password_no_command_line_can_carry_is_refused_without_being_shown(character):
    account = Account(r"C\das", password=f"canary{character}canary")
    with pytest.raises(InvalidValue, match="/DASAccountPassword") as refusal:
        management_server_upgrade(account, READER, accept_license=True)
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    "password",
    [
        "two words",
        " leading and trailing ",
        'say "no"',
        '"',
        '""',
        "ends with \\",
        "ends\\",
        'backslash before quote \\"',
        '\\\\"\\\\',
        "100%PATH%",
        "a^b&c!d|e<f>g",
        "Gr\u00fc\u00dfe \u65e5\u672c \U0001f511",
        "/upgrade /recover",
        "'single'",
        "=;,",
        "{secret:other",
    ],
)
def test_an_awkward_password_arrives_unchanged(password):
    line = management_server_upgrade(Account(r"C\das", password=password), READER, accept_license=True)
    arguments = received(line)
    assert f"/DASAccountPassword:{password}" in arguments
    assert len(arguments) == 7


@given(PASSWORDS)
@example("\\")
@example('\\"')
@example(" \\\\")
def test_any_password_arrives_unchanged_beside_its_neighbours(password):
    assert command_line_to_argv(f"/A:{quoted(password)} /B:{quoted(password)} /C") == [f"/A:{password}", f"/B:{password}", "/C"]


@given(st.text())
def test_a_value_is_quoted_or_refused_and_never_half_done(value):
    try:
        text = quoted(value)
    except UnquotableValue as refusal:
        assert not value or any(not character.isprintable() for character in value)
        assert value not in str(refusal) or len(value) <= 2
    else:
        assert command_line_to_argv(f"/A:{text}") == [f"/A:{value}"]


def test_plain_values_keep_the_documented_form():
    assert quoted(r"CONTOSO\das") == r"CONTOSO\das"


def test_secrets_are_in_no_representation():
    line = management_server_upgrade(DAS, READER, accept_license=True)
    assert "canary" not in f"{line!r} {DAS!r} {READER!r} {line}"
