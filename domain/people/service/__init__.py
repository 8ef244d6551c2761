"""What is done with persons, their employments and their accounts; one function for each thing. None commits."""

from domain.people.service.codes import Issued, code_owner, issue_code, note_try, redeem_code
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

__all__ = [
    "Issued",
    "NewPerson",
    "NewTerms",
    "change_terms",
    "code_owner",
    "correct_hire",
    "correct_person",
    "hire",
    "issue_code",
    "leave_company",
    "link_account",
    "note_try",
    "redeem_code",
    "rehire",
    "reveal",
    "set_detail",
    "unlink_account",
]
