# Copyright (c) 2026 systemcenter.upgrade contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the right media lie on the server (3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...._upgrade.facts import Fact, NotRead
from ...._upgrade.findings import Finding, Severity, finding
from ...._upgrade.questions import Answers, Questions, file
from ...._upgrade.rules import RuleBook
from ...._upgrade.windows_facts import fact
from ...releases.releases import NotAVersion, Release, ServerVersion, rtm_server_version, server_release
from .options import MediaWanted, Options

_ON_A_DISK = re.compile(r"[A-Za-z]:\\")
_PRODUCT = "operations manager"


@dataclass(frozen=True)
class SetupFile:
    """setup.exe of the media: what its version resource says, and its hash when it was asked for."""

    product_name: str
    product_version: str
    sha256: str


@dataclass(frozen=True)
class Media:
    """The media as they were found; ``setup`` is None when there is no setup.exe in the folder."""

    wanted: MediaWanted
    target: Release
    setup: Fact[SetupFile | None]

    @property
    def is_there(self) -> bool:
        """Whether there is anything more to be said of it: also when it could not be read."""
        return not self.setup.is_known or self.setup.value is not None

    @property
    def found(self) -> SetupFile:
        setup = self.setup.value
        if setup is None:
            raise NotRead("setup.exe", "it is not there")
        return setup


def questions(options: Options) -> Questions:
    return {"pre.media": file(options.media.setup, sha256=bool(options.media.sha256))}


def read(answers: Answers, options: Options) -> Media:
    return Media(options.media, options.target, fact(options.media.setup, lambda: _setup(answers)))


def _setup(answers: Answers) -> SetupFile | None:
    data: Mapping[str, Any] = answers.data("pre.media")
    if not data:
        return None
    return SetupFile(*(str(data.get(name) or "") for name in ("product_name", "product_version", "sha256")))


RULES: RuleBook[Media] = RuleBook()


@RULES.rule("scom.media.local", Severity.BLOCKER, reference="9 D")
def folder_is_local(seen: Media) -> Finding | None:
    """Setup is run from a local disk, never from a share."""
    if _ON_A_DISK.match(seen.wanted.folder):
        return None
    return finding(
        seen=seen.wanted.folder,
        wanted=r"a folder such as D:\Media\SCOM",
        fix="copy the media to a local disk of the server and name that folder",
    )


@RULES.rule("scom.media.present", Severity.BLOCKER, reference="3 D", when=lambda seen: not seen.wanted.may_be_missing)
def setup_is_there(seen: Media) -> Finding | None:
    """Without setup.exe nothing can be started."""
    return _missing(seen)


@RULES.rule("scom.media.to_come", Severity.INFO, reference="3 D", when=lambda seen: seen.wanted.may_be_missing)
def setup_will_be_there(seen: Media) -> Finding | None:
    """The media may still be missing days before the window."""
    return _missing(seen)


@RULES.rule("scom.media.product", Severity.BLOCKER, reference="3 W", when=lambda seen: seen.is_there)
def product_is_operations_manager(seen: Media) -> Finding | None:
    """The setup of another product does something else with the same switches."""
    name = seen.found.product_name
    if _PRODUCT in name.casefold() or (not name and _release(seen) is seen.target):
        return None
    return finding(seen=name or "no product name", wanted="System Center Operations Manager", fix="put the right media into the folder")


@RULES.rule("scom.media.version", Severity.BLOCKER, reference="3 W", when=lambda seen: seen.is_there)
def version_is_of_the_target(seen: Media) -> Finding | None:
    """The media decide which release the server becomes."""
    if _release(seen) is seen.target:
        return None
    return finding(
        seen=seen.found.product_version,
        wanted=f"{rtm_server_version(seen.target)}, the media of {seen.target}",
        fix=f"put the media of {seen.target} into the folder, or correct the target",
    )


@RULES.rule("scom.media.hash", Severity.BLOCKER, reference="3 D", when=lambda seen: bool(seen.wanted.sha256) and seen.is_there)
def hash_is_the_given_one(seen: Media) -> Finding | None:
    """A hash that was given is checked before anything of the media is run."""
    found = seen.found.sha256
    if not found:
        raise NotRead(f"the SHA-256 of {seen.wanted.setup}", "the host did not say")
    if found.casefold() == seen.wanted.sha256.strip().casefold():
        return None
    return finding(
        seen=f"SHA-256 {found.lower()}",
        wanted=f"SHA-256 {seen.wanted.sha256.strip().lower()}",
        fix="copy the media again from a source you trust, or correct the hash",
    )


def _missing(seen: Media) -> Finding | None:
    if seen.setup.value is not None:
        return None
    return finding(seen=f"no {seen.wanted.setup}", wanted="the media of the target on the server", fix="copy them into that folder")


def _release(seen: Media) -> Release | None:
    text = seen.found.product_version
    try:
        return server_release(ServerVersion.parse(text))
    except NotAVersion as error:
        raise NotRead(f"the version of {seen.wanted.setup}", str(error)) from error
