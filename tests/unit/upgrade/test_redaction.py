"""Secrets never stay in log text (log-shapes 1.4, 4)."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.redaction import MASK, Secrets, is_secret_name
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("/DASAccountUser:C\\das /DASAccountPassword:x1 /silent", f"/DASAccountUser:C\\das /DASAccountPassword:{MASK} /silent"),
        ('/DASAccountPassword:"a \\"b\\" c\\\\" /silent', f"/DASAccountPassword:{MASK} /silent"),
        ("arguments 'DASPASSWORD=\"x y\" OTHER=1'", f"arguments 'DASPASSWORD={MASK} OTHER=1'"),
        ("DataReaderPassword = two words", f"DataReaderPassword = {MASK}"),
        ("SqlPwd=abc;Database=x", f"SqlPwd={MASK}"),
        ("client_secret: 'a b' next", f"client_secret: {MASK} next"),
        ("DASAccountUser = CONTOSO\\das", "DASAccountUser = CONTOSO\\das"),
        ("The password was not accepted", "The password was not accepted"),
        (
            "DASAccountPassword = Due to data security, we will not print the value of the property bag key DASAccountPassword",
            "DASAccountPassword = Due to data security, we will not print the value of the property bag key DASAccountPassword",
        ),
        (
            "x: DASAccountPassword = Due to data security, we will not print the value of the property bag key DASAccountPassword",
            "x: DASAccountPassword = Due to data security, we will not print the value of the property bag key DASAccountPassword",
        ),
    ],
)
def test_values_of_secret_names_are_masked(text, clean):
    assert Secrets()(text) == clean


def test_known_secrets_are_masked_wherever_they_stand():
    assert Secrets(["canary", "canary-long", ""])("say canary-long and canary.") == f"say {MASK} and {MASK}."


@pytest.mark.parametrize("name", ["DASAccountPassword", "PWD", "ClientSecret", "dbpasswd", "My.Password.Value"])
def test_names_of_secrets(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["DASAccountUser", "", "Pass", "two words password"])
def test_names_of_no_secrets(name):
    assert not is_secret_name(name)


def test_a_word_of_megabytes_is_read_in_no_time():
    word = "a" * 1_000_000
    assert Secrets()(word) == word


SECRETS = st.text(st.characters(exclude_characters="*\0"), min_size=1, max_size=20)


@given(SECRETS, st.text(max_size=30), st.text(max_size=30))
def test_a_known_secret_never_stays(secret, before, after):
    assert secret not in Secrets([secret])(f"{before}{secret}{after}").replace(MASK, "\0")
