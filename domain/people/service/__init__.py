"""What is done with persons, their employments and their accounts; one function for each thing. None commits."""

from domain.people.service.badges import end_badge, give_badge
from domain.people.service.codes import Issued, code_owner, forget_tries, issue_code, note_try, redeem_code
from domain.people.service.leavers import MadeLink, drop_leaver_link, make_leaver_link, propose_leaver_link
from domain.people.service.linking import link_account, unlink_account
from domain.people.service.persons import (
    NewPerson,
    NewTerms,
    change_terms,
    correct_hire,
    correct_person,
    hire,
    leave_company,
    rehire,
    reveal,
    set_detail,
)
from domain.people.service.pins import Entry, GivenPin, give_pin, log_on
from domain.people.service.tries import prune_tries
from domain.people.service.wishes import follow_notices, wish_notices

__all__ = [
    "Entry",
    "GivenPin",
    "Issued",
    "MadeLink",
    "NewPerson",
    "NewTerms",
    "change_terms",
    "code_owner",
    "correct_hire",
    "correct_person",
    "drop_leaver_link",
    "end_badge",
    "follow_notices",
    "forget_tries",
    "give_badge",
    "give_pin",
    "hire",
    "issue_code",
    "leave_company",
    "link_account",
    "log_on",
    "make_leaver_link",
    "note_try",
    "propose_leaver_link",
    "prune_tries",
    "redeem_code",
    "rehire",
    "reveal",
    "set_detail",
    "unlink_account",
    "wish_notices",
]
