"""Version numbers, and that those of servers and agents are never mixed up."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import (
    AgentVersion,
    NotAVersion,
    ServerVersion,
    agent_release,
    update_rollup,
)
from hypothesis import given
from hypothesis import strategies as st

GROUPS = st.integers(min_value=0, max_value=99_999)
SERVERS = st.builds(ServerVersion, GROUPS, GROUPS, GROUPS, GROUPS)
AGENTS = st.builds(AgentVersion, GROUPS, GROUPS, GROUPS, GROUPS)


def test_agent_build_is_never_compared_with_server_build():
    server, agent = ServerVersion.parse("10.25.10324.0"), AgentVersion.parse("10.25.10994.0")
    for compare in (
        lambda: server < agent,
        lambda: server >= agent,
        lambda: agent > server,
        lambda: agent <= server,
        lambda: server == agent,
        lambda: server != agent,
        lambda: max(server, agent),
    ):
        with pytest.raises(TypeError, match="cannot be compared"):
            compare()


@pytest.mark.parametrize("text", ["", "10.22", "10.22.x.0", "v10.22.1.0", "10.22.1.0.1", "10.22.1.", "-1.2.3.4", "\uff11.2.3.4"])
def test_a_text_that_is_no_version_is_refused_with_the_text_in_the_message(text):
    with pytest.raises(NotAVersion, match="is no version"):
        ServerVersion.parse(text)


def test_three_groups_are_a_version_whose_last_group_is_zero():
    assert ServerVersion.parse(" 10.22.11642 ") == ServerVersion.parse("10.22.11642.0")


@given(SERVERS)
def test_a_version_survives_its_text(version):
    assert ServerVersion.parse(str(version)) == version
    assert hash(ServerVersion.parse(str(version))) == hash(version)


@given(SERVERS, SERVERS)
def test_versions_are_ordered_group_by_group(one, other):
    assert (one < other, one == other, one > other) == (one.groups < other.groups, one.groups == other.groups, one.groups > other.groups)


@given(SERVERS, AGENTS)
def test_any_version_has_a_rollup_in_words(server, agent):
    assert update_rollup(server)
    assert update_rollup(agent)


@given(SERVERS)
def test_a_server_lookup_refuses_an_agent_version(version):
    with pytest.raises(TypeError, match="AgentVersion is needed"):
        agent_release(version)


def test_a_version_is_not_equal_to_something_else():
    assert ServerVersion.parse("10.22.1.0") != "10.22.1.0"
    with pytest.raises(TypeError):
        assert ServerVersion.parse("10.22.1.0") < "10.22.1.0"
