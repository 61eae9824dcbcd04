"""What is read of gateways, agents, consoles, web consoles, reporting and ACS."""

from __future__ import annotations

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.host.detect import Role
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._scom.releases.releases import AgentVersion, Release, ServerVersion

from tests.unit.scom.host.hosts import (
    HostAnswers,
    a_file,
    a_gateway,
    a_management_server,
    a_program,
    a_service,
    absent,
    an_agent,
    key,
    present,
    seen,
)


def test_a_gateway_is_no_management_server():
    installation = seen(a_gateway())
    assert installation.roles == (Role.GATEWAY,)
    assert installation.gateway.release is Release.R2022
    assert installation.gateway.file_version == AgentVersion.parse("10.22.10870.0")
    assert installation.gateway.is_consistent
    assert installation.management_group == "PROD"


def test_a_gateway_is_known_by_its_folder_when_the_product_reads_server():
    host = a_gateway().setup_values(Product="System Center Operations Manager Server")
    assert seen(host).roles == (Role.GATEWAY,)


def test_a_gateway_without_a_file_version_takes_the_registrys():
    assert seen(a_gateway().with_(file__server=absent())).gateway.update_rollup == "RTM"


def test_an_agent_may_report_to_several_groups():
    installation = seen(an_agent())
    assert installation.agent.release is Release.R2022
    assert installation.agent.update_rollup == "UR3"
    assert installation.management_groups == ("PROD", "TEST")
    assert installation.management_server is None


def test_an_agent_beside_a_console_is_known_by_service_and_program():
    host = (
        HostAnswers()
        .with_(
            setup=key(UIVersion="10.22.10118.0"),
            agent_programs=present(programs=[a_program("Microsoft Monitoring Agent", "10.22.10056.0")]),
        )
        .services(HealthService=a_service())
    )
    installation = seen(host)
    assert installation.agent.version == AgentVersion.parse("10.22.10056.0")
    assert installation.console.version == ServerVersion.parse("10.22.10118.0")


def test_a_management_server_is_no_agent_although_it_runs_the_health_service():
    assert seen(a_management_server()).agent is None


def test_a_log_analytics_agent_has_no_release():
    assert seen(an_agent("10.20.18018.0", "10.20.18018.0")).agent.release is None


def test_a_running_forwarder_service_means_forwarding_is_on():
    assert seen(an_agent()).audit_forwarding_enabled
    installation = seen(a_management_server())
    assert installation.acs_forwarder is not None
    assert not installation.audit_forwarding_enabled


def test_an_acs_collector_is_known_by_its_service():
    assert seen(HostAnswers().services(AdtServer=a_service())).roles == (Role.ACS_COLLECTOR,)


def test_a_stand_alone_web_console_has_no_setup_key():
    host = (
        HostAnswers()
        .with_(
            web_console=key(DEFAULT_SERVER="ms1.contoso.lab", HTTP_GET_ENABLED=0, BINDING_CONFIGURATION="DefaultHttpsBinding"),
            file__web_console=a_file("10.22.10118.0"),
        )
        .programs(a_program("System Center Operations Manager Web Console", "10.22.10118.0"))
    )
    installation = seen(host)
    assert installation.roles == (Role.WEB_CONSOLE,)
    assert installation.web_console.release is Release.R2022
    assert installation.web_settings.default_server == "ms1.contoso.lab"
    assert installation.web_settings.uses_ssl is True


@pytest.mark.parametrize(("value", "ssl"), [(1, False), ("1", False), ("0", True), (None, None)])
def test_ssl_of_the_web_console_is_read_from_the_registry(value, ssl):
    values = {} if value is None else {"HTTP_GET_ENABLED": value}
    assert seen(HostAnswers().with_(web_console=key(**values))).web_settings.uses_ssl is ssl


def test_a_reporting_server_names_the_server_it_asks():
    host = (
        HostAnswers()
        .with_(
            reporting=key(InstallDirectory=r"D:\OM\Reporting" + "\\"),
            reporting_settings=key(DefaultSDKServiceMachine="ms1.contoso.lab", SRSInstance=r"rep1\SSRS"),
            file__reporting_beside=a_file("10.22.11642.0"),
        )
        .programs(a_program("System Center Operations Manager Reporting Server", "10.22.10118.0"))
    )
    installation = seen(host)
    assert installation.roles == (Role.REPORTING,)
    assert installation.reporting.update_rollup == "UR3"
    assert installation.reporting_settings.sdk_server == "ms1.contoso.lab"
    assert installation.reporting_settings.srs_instance == r"rep1\SSRS"


def test_a_console_listed_only_among_the_programs_is_a_console():
    host = HostAnswers().programs(a_program("System Center Operations Manager 2016 Console", "7.2.11719.0"))
    assert seen(host).console.release is Release.R2016
