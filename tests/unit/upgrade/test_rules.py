"""Rules: what they find, what an operator may do about it, and that nothing unread passes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.facts import Fact, NotRead
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.findings import Finding, Severity, finding, for_each
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.judgement import Judgement, judge
from ansible_collections.systemcenter.upgrade.plugins.plugin_utils._upgrade.rules import NotWaivable, RuleBook, UnknownRule


@dataclass(frozen=True)
class Tank:
    litres: Fact[int]


BOOK: RuleBook[Tank] = RuleBook()


@BOOK.rule("tank.level", Severity.BLOCKER, reference="6.1 D")
def tank_is_filled(seen: Tank) -> Finding | None:
    """A journey needs ten litres.

    More words that are for readers of the code.
    """
    if seen.litres.value >= 10:
        return None
    return finding(seen=f"{seen.litres.value} l", wanted="10 l", fix="fill the tank")


@BOOK.rule("tank.even", Severity.WARNING, reference="6.2 W")
def tank_is_even(seen: Tank) -> Finding | None:
    """Even numbers are nicer."""
    return None if seen.litres.value % 2 == 0 else finding(seen=f"{seen.litres.value} l", wanted="an even number", fix="add a litre")


def a_tank(litres: int) -> Tank:
    return Tank(Fact.known(litres))


UNREAD = Tank(Fact.unread("the gauge", "access denied"))


def test_rules_that_were_not_checked_for_one_reason_share_a_paragraph_and_its_fix() -> None:
    book: RuleBook[None] = RuleBook()
    for name in ("memory", "disks", "other"):

        @book.rule(f"x.{name}", Severity.BLOCKER, reference="1 D")
        def unread(_seen: None, name: str = name) -> None:
            """It matters."""
            raise NotRead(name, "broken" if name == "other" else f"question {name}: nobody was asked")

    told = judge(book, None).blaming("nobody was asked", "ask somebody").text()
    assert told.count("could not be checked: nobody was asked") == told.count("ask somebody") == 1
    assert "x.memory, x.disks" in told
    assert "other could not be read: broken" in told


def test_a_rule_that_is_satisfied_finds_nothing_and_is_counted_as_passed():
    assert judge(BOOK, a_tank(12)) == Judgement((), (), ("tank.level", "tank.even"))


def test_a_finding_carries_name_severity_source_and_the_first_line_of_the_documentation():
    (found,) = judge(BOOK, a_tank(4), host="ms1").findings
    assert (found.rule, found.severity, found.reference, found.host) == ("tank.level", Severity.BLOCKER, "6.1 D", "ms1")
    assert found.why == "A journey needs ten litres"
    assert found.confidence == "documented"


def test_all_findings_are_reported_at_once_blockers_first():
    judgement = judge(BOOK, a_tank(5))
    assert [one.rule for one in judgement.findings] == ["tank.level", "tank.even"]
    assert [one.rule for one in judgement.blockers] == ["tank.level"]
    assert [one.rule for one in judgement.warnings] == ["tank.even"]


def test_a_fact_that_could_not_be_read_is_never_passed():
    judgement = judge(BOOK, UNREAD)
    assert judgement.passed == ()
    assert [one.rule for one in judgement.unknowns] == ["tank.level", "tank.even"]
    assert judgement.is_blocked
    assert "the gauge could not be read: access denied" in judgement.unknowns[0].seen


def test_a_blocker_that_could_not_be_checked_can_be_waived():
    judgement = judge(BOOK, UNREAD, waived=["tank.level"])
    assert not judgement.is_blocked
    assert [one.rule for one in judgement.waived] == ["tank.level"]


def test_a_waiver_is_reported_with_what_it_waived():
    judgement = judge(BOOK, a_tank(4), waived=["tank.level"])
    assert judgement.findings == ()
    assert judgement.waived[0].seen == "4 l"
    assert "waived" in judgement.text()
    assert judgement.as_result()["waived"][0]["rule"] == "tank.level"


def test_waiving_a_rule_that_found_nothing_changes_nothing():
    assert judge(BOOK, a_tank(12), waived=["tank.level"]).waived == ()


def test_a_warning_can_be_raised_to_a_blocker():
    judgement = judge(BOOK, a_tank(11), raised=["tank.even"])
    assert [one.rule for one in judgement.blockers] == ["tank.even"]


@pytest.mark.parametrize("where", ["waived", "raised"])
def test_an_unknown_rule_name_is_an_error_naming_the_nearest(where):
    with pytest.raises(UnknownRule, match=r"no rule 'tank.levle'; the nearest is 'tank.level'"):
        judge(BOOK, a_tank(12), **{where: ["tank.levle"]})


def test_a_rule_cannot_be_waived_and_raised_at_once():
    with pytest.raises(ValueError, match="cannot be waived and raised"):
        judge(BOOK, a_tank(12), waived=["tank.even"], raised=["tank.even"])


FIXED: RuleBook[Tank] = RuleBook()


@FIXED.rule("tank.tight", Severity.BLOCKER, reference="6.1 D", waivable=False)
def tank_is_tight(seen: Tank) -> Finding | None:
    """A leak empties it."""
    return finding(seen=f"{seen.litres.value} l", wanted="no leak", fix="mend it")


@pytest.mark.parametrize("book", [FIXED, FIXED.looking_at(lambda tank: tank)], ids=["itself", "of a part"])
def test_a_rule_that_cannot_be_waived_says_so_and_never_advises_it(book):
    with pytest.raises(NotWaivable, match=r"tank\.tight cannot be waived"):
        judge(book, a_tank(4), waived=["tank.tight"])
    (unknown,) = judge(book, UNREAD).blockers
    assert unknown.unknown and "waive" not in unknown.fix
    assert judge(book, a_tank(4), raised=["tank.tight"]).is_blocked


def test_two_rules_cannot_share_a_name():
    book: RuleBook[Tank] = RuleBook(BOOK)
    with pytest.raises(ValueError, match=r"two rules are named tank\.level"):
        book.rule("tank.level", Severity.INFO, reference="6 U")(tank_is_even.check)


def test_a_rule_must_say_why_it_exists():
    with pytest.raises(ValueError, match="docstring"):
        RuleBook().rule("tank.why", Severity.INFO, reference="6 U")(lambda _seen: None)


def test_a_rule_on_a_part_can_be_put_to_the_whole():
    @dataclass(frozen=True)
    class Car:
        tank: Tank

    book = BOOK.looking_at(lambda car: car.tank)
    assert [one.rule for one in judge(book, Car(a_tank(5))).findings] == ["tank.level", "tank.even"]


def test_one_unreadable_subject_does_not_hide_the_findings_on_others():
    def level(litres: Fact[int]) -> Finding | None:
        return None if litres.value >= 10 else finding(seen="little", wanted="much", fix="fill")

    found = for_each({"left": Fact.unread("left gauge", "denied"), "right": Fact.known(2), "third": Fact.known(20)}, level)
    assert [(one.subject, one.unknown) for one in found] == [("left", True), ("right", False)]


def test_findings_made_before_an_unreadable_fact_are_kept():
    book: RuleBook[Tank] = RuleBook()

    @book.rule("tank.both", Severity.BLOCKER, reference="6 D")
    def both(seen: Tank):
        """Two looks."""
        yield finding(seen="a", wanted="b", fix="c")
        yield finding(seen=str(seen.litres.value), wanted="b", fix="c")

    assert [one.unknown for one in both(UNREAD)] == [False, True]


def test_a_finding_is_written_for_somebody_at_two_in_the_morning():
    (found,) = tank_is_filled(a_tank(4))
    assert found.text().splitlines() == [
        "  blocker  tank.level",
        "    seen     4 l",
        "    wanted   10 l",
        "    fix      fill the tank",
        "    why      A journey needs ten litres (documented)",
    ]


def test_rules_that_miss_the_same_fact_share_a_paragraph():
    unknown = finding(seen="could not be checked: no gauge", wanted="a gauge", fix="look for it")
    found = tuple(replace(unknown, rule=name, unknown=True) for name in ("tank.level", "tank.even"))
    other = replace(unknown, rule="tank.rust", seen="rust")
    assert Judgement((*found, other)).text().splitlines()[:3] == [
        "  blocker  2 rules",
        "    rules    tank.level, tank.even",
        "    seen     could not be checked: no gauge",
    ]
    assert "  blocker  tank.rust" in Judgement((*found, other)).text()


def test_the_headline_counts_everything():
    judgement = judge(BOOK, a_tank(5), waived=["tank.even"])
    assert judgement.headline() == "1 blocker, 1 waived; no checks passed"
    assert judge(BOOK, a_tank(12)).headline() == "nothing found; 2 checks passed"


def test_a_result_holds_plain_data_only():
    result = judge(BOOK, UNREAD).as_result()
    assert result["findings"][0]["severity"] == "blocker"
    assert result["findings"][0]["could_not_be_checked"] is True
    assert result["findings"][0]["severity"].__class__ is str


def test_a_fact_keeps_why_it_is_not_known():
    def read() -> int:
        raise KeyError("gauge")

    fact = Fact.reading("the gauge", read, KeyError)
    with pytest.raises(NotRead, match="the gauge could not be read: 'gauge'"):
        _unused = fact.value
    assert fact.then(lambda litres: litres + 1).is_known is False
    assert Fact.known(None).is_known
    assert Fact.known(1).then(lambda litres: litres + 1).value == 2


def test_a_rule_that_does_not_apply_is_skipped_not_passed():
    book: RuleBook[Tank] = RuleBook()
    book.rule("tank.level", Severity.BLOCKER, reference="6.1 D", when=lambda seen: seen.litres.is_known)(tank_is_filled.check)
    judgement = judge(book, UNREAD, waived=["tank.level"])
    assert (judgement.passed, judgement.skipped, judgement.findings) == ((), ("tank.level",), ())
    whole = book.looking_at(lambda tank: tank, when=lambda _: False)
    assert judge(whole, a_tank(1)).skipped == ("tank.level",)
