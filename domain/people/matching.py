"""Whose the accounts of a messenger's directory are: pure. What a directory says is a hint; nothing is linked here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.kernel.ids import PersonId
from domain.people.queries import LinkView, PersonView
from domain.people.rules import account as normalised


@dataclass(frozen=True)
class Member:
    """An account as the directory has it; `number` is the 工号 (job number) where one is filled in."""

    account: str
    name: str = ""
    number: str = ""


class Fit(StrEnum):
    """What is known of an account."""

    LINKED = "linked"
    """It leads to a person already, by a link or because it is their number."""
    NUMBER = "number"
    """Exactly one account has the number of exactly one person who has no account yet."""
    NAME = "name"
    """The same of the full name."""
    AMBIGUOUS = "ambiguous"
    """Several are meant, or one who has another account."""
    LEFT = "left"
    """It was somebody's who left."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Match:
    """An account and who may be meant by it; exactly one person when it is linked or could be."""

    member: Member
    fit: Fit
    people: tuple[PersonView, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Every account of the directory in its order, and the people who have none and are proposed none."""

    matches: tuple[Match, ...]
    without: tuple[PersonView, ...]


@dataclass(frozen=True)
class Company:
    """Who is here, who is meant by which account (in lower case), and what is linked, also of those who left."""

    people: Sequence[PersonView]
    meant: Mapping[str, PersonId]
    links: Sequence[LinkView]


def compare(members: Collection[Member], company: Company) -> Comparison:
    """Judge each account of the directory."""
    listed = _once(members)
    by_id = {view.id: view for view in company.people}
    mine = {said: by_id[person] for said, person in company.meant.items() if said in listed and person in by_id}
    taken = {view.id for view in mine.values()} | {link.person for link in company.links}
    left = {link.account for link in company.links if not link.here}
    open_ = {said: member for said, member in listed.items() if said not in mine and said not in left}
    numbers, names = _grouped(company.people, by_number=True), _grouped(company.people, by_number=False)
    numbered = {said: member.number.strip().lower() for said, member in open_.items() if member.number.strip()}
    called = {said: member.name.strip() for said, member in open_.items() if member.name.strip()}
    found: dict[str, Match] = {said: Match(listed[said], Fit.LINKED, (view,)) for said, view in mine.items()}
    found |= {said: Match(listed[said], Fit.LEFT) for said in left & listed.keys()}
    for said, match in _matched(open_, numbered, numbers, taken, Fit.NUMBER).items():
        found[said] = match
        taken |= {view.id for view in match.people} if match.fit is Fit.NUMBER else set()
    rest = {said: member for said, member in open_.items() if said not in found}
    for said, match in _matched(rest, called, names, taken, Fit.NAME).items():
        found[said] = match
    proposed = {view.id for match in found.values() if match.fit in {Fit.NUMBER, Fit.NAME} for view in match.people}
    matches = tuple(found.get(said, Match(member, Fit.UNKNOWN)) for said, member in listed.items())
    reached = {view.id for view in mine.values()} | proposed
    return Comparison(matches, tuple(view for view in company.people if view.id not in reached))


def _once(members: Collection[Member]) -> dict[str, Member]:
    """By account in lower case; who stands in several departments is listed once."""
    found: dict[str, Member] = {}
    for member in members:
        found.setdefault(normalised(member.account) or member.account.strip().lower(), member)
    return found


def _grouped(people: Sequence[PersonView], *, by_number: bool) -> Mapping[str, list[PersonView]]:
    found: defaultdict[str, list[PersonView]] = defaultdict(list)
    for view in people:
        found[view.number.lower() if by_number else view.name].append(view)
    return found


def _matched(
    members: Mapping[str, Member],
    said: Mapping[str, str],
    people: Mapping[str, list[PersonView]],
    taken: Collection[PersonId],
    fit: Fit,
) -> dict[str, Match]:
    """Accounts whose words are somebody's: one to one is a fit, anything else is ambiguous."""
    words = [said[account] for account in members if account in said]
    found = {}
    for account, member in members.items():
        meant = tuple(people.get(said.get(account, ""), ()))
        if not meant:
            continue
        alone = len(meant) == 1 and words.count(said[account]) == 1 and meant[0].id not in taken
        usable = normalised(member.account) is not None
        found[account] = Match(member, fit if alone and usable else Fit.AMBIGUOUS, meant)
    return found
