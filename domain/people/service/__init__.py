"""What is done with persons, their employments and their accounts; one function for each thing. None commits."""

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
    "NewPerson",
    "NewTerms",
    "change_terms",
    "correct_hire",
    "correct_person",
    "hire",
    "leave_company",
    "link_account",
    "rehire",
    "reveal",
    "set_detail",
    "unlink_account",
]
