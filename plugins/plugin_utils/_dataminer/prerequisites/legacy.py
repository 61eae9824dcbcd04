# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What targets no longer carry: legacy reports, annotations, resources in files, databases (8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..._upgrade.facts import Fact
from ..._upgrade.findings import Finding, Severity, finding
from ..._upgrade.questions import Answers, Questions, directory, file, file_text
from ..._upgrade.rules import RuleBook
from ..._upgrade.windows_facts import fact
from ..files.settings import database_type
from ..node.detect import ROOT
from ..node.file_answers import file_bytes
from ..node.installation import Installation
from ..versions.ranges import since
from ..versions.versions import Version

_RESOURCES = (r"ResourceManager\Resources.xml", r"ProfileManager\Profiles.xml")
QUESTIONS: Questions = {
    "dm.legacy.resources": file(rf"{ROOT}\{_RESOURCES[0]}"),
    "dm.legacy.profiles": file(rf"{ROOT}\{_RESOURCES[1]}"),
    "dm.legacy.dashboards": directory(rf"{ROOT}\Webpages\Dashboards\db"),
    "dm.legacy.reports": file(rf"{ROOT}\Webpages\Reports\Templates\Templates.xml"),
    "dm.legacy.deployer": directory(rf"{ROOT}\DeployerTokens"),
    "dm.database": file_text(rf"{ROOT}\DB.xml", max_bytes=512 * 1024),
}
# An empty XML file has an empty root and a declaration: what is larger holds something (8: files absent or empty).
_EMPTY_BYTES = 256

# 8 D: from when each is checked, and the version that was already beyond the check of reports (RN 39964).
_STORAGE, _REPORTS, _API = since("10.4.0/10.4.1"), since("10.4.0/10.4.1"), since("10.4.0/10.4.1")
_KEYSPACES, _ANNOTATIONS = since("10.5.0/10.5.3"), since("10.6.0/10.6.1")
_REPORTS_OVER = since("10.4.0/10.4.1")


@dataclass(frozen=True)
class Legacy:
    """What was found on one node. ``resources``: files with profiles or resources; ``reports``: folders or files of legacy reports."""

    source: Fact[Version]
    target: Version
    soft_launch: Fact[Mapping[str, bool]]
    resources: Fact[tuple[str, ...]]
    reports: Fact[tuple[str, ...]]
    has_deployer: Fact[bool]
    database: Fact[str]


def read(node: Installation, answers: Answers, source: Fact[Version], target: Version) -> Legacy:
    return Legacy(
        source=source,
        target=target,
        soft_launch=node.soft_launch,
        resources=fact("the files of profiles and resources", lambda: _resources(answers)),
        reports=fact("the legacy reports and dashboards", lambda: _reports(answers)),
        has_deployer=fact("the folder DeployerTokens", lambda: bool(answers.data("dm.legacy.deployer").get("entries"))),
        database=fact("DB.xml", lambda: _database(answers)),
    )


def _resources(answers: Answers) -> tuple[str, ...]:
    sizes = [answers.data(question).get("size") for question in ("dm.legacy.resources", "dm.legacy.profiles")]
    return tuple(name for name, size in zip(_RESOURCES, sizes, strict=True) if size is not None and int(size) > _EMPTY_BYTES)


def _reports(answers: Answers) -> tuple[str, ...]:
    found = [r"Webpages\Dashboards\db"] if answers.data("dm.legacy.dashboards").get("entries") else []
    return (*found, *([r"Webpages\Reports\Templates\Templates.xml"] if answers.data("dm.legacy.reports") else []))


def _database(answers: Answers) -> str:
    content = file_bytes(answers, "dm.database")
    return database_type(content) if content is not None else ""


RULES: RuleBook[Legacy] = RuleBook()


def _from_10_4(seen: Legacy) -> bool:
    return seen.target.line >= (10, 4)


@RULES.rule("dataminer.legacy.resources", Severity.BLOCKER, reference="8 D", when=_from_10_4)
def profiles_are_not_in_files(seen: Legacy) -> Finding | None:
    """From 10.4 on, profiles and resources must not be stored in XML files (VerifyElasticStorageType)."""
    if not _STORAGE.reached_by(seen.target) or not seen.resources.value:
        return None
    fix = "migrate them to the indexing database; where they are not used, stop DataMiner and remove the files"
    return finding(seen=", ".join(seen.resources.value), wanted="no such file, or an empty one", fix=fix)


@RULES.rule("dataminer.legacy.reports", Severity.BLOCKER, reference="8 D", when=_from_10_4)
def no_legacy_reports_are_left(seen: Legacy) -> Finding | None:
    """From 10.4 on, legacy reports and dashboards are gone unless they are kept on purpose (VerifyNoLegacyReportsDashboards)."""
    if not _REPORTS.reached_by(seen.target) or _REPORTS_OVER.reached_by(seen.source.value) or not seen.reports.value:
        return None
    if seen.soft_launch.value.get("legacyreportsanddashboards"):
        return None
    fix = "delete them, or keep them: soft-launch option LegacyReportsAndDashboards, Tools\\ConfigureIIS.bat, restart"
    return finding(seen=", ".join(seen.reports.value), wanted="neither reports nor dashboards of the old kind", fix=fix)


@RULES.rule("dataminer.legacy.api_deployment", Severity.WARNING, reference="8 D", when=_from_10_4)
def no_obsolete_api_is_deployed(seen: Legacy) -> Finding | None:
    """From 10.4 on, APIs of the old deployment are refused (VerifyNoObsoleteApiDeployed); from outside only traces can be seen."""
    if not _API.reached_by(seen.target):
        return None
    option = bool(seen.soft_launch.value.get("apideployment"))
    if not option and not seen.has_deployer.value:
        return None
    shown = "soft-launch option APIDeployment" if option else "a folder DeployerTokens that is not empty"
    return finding(seen=shown, wanted="neither", fix="undeploy or migrate these APIs, then remove the option")


@RULES.rule("dataminer.legacy.keyspaces", Severity.BLOCKER, reference="8 D", when=lambda seen: seen.target.line >= (10, 5))
def database_is_not_keyspaces(seen: Legacy) -> Finding | None:
    """From 10.5.0 and 10.5.3 on, Amazon Keyspaces is no database for DataMiner."""
    if not _KEYSPACES.reached_by(seen.target) or "keyspaces" not in seen.database.value.casefold():
        return None
    return finding(seen=f"database type {seen.database.value}", wanted="STaaS or a Cassandra cluster", fix="move the data there first")


@RULES.rule("dataminer.legacy.annotations", Severity.BLOCKER, reference="8 D", when=lambda seen: seen.target.line >= (10, 6))
def annotations_are_off(seen: Legacy) -> Finding | None:
    """From 10.6.0 and 10.6.1 on, annotations of the old kind are refused."""
    if not _ANNOTATIONS.reached_by(seen.target) or not seen.soft_launch.value.get("legacyannotations"):
        return None
    fix = "set LegacyAnnotations to false in SoftLaunchOptions.xml, which deletes the annotations"
    return finding(seen="soft-launch option LegacyAnnotations is true", wanted="it off", fix=fix)
