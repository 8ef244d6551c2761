"""One locked case while a use-case works on it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.approvals.definition import Definition
from domain.approvals.model import CaseRow
from domain.approvals.state import State


@dataclass
class Run:
    """Its row, its definition, its state so far."""

    case: CaseRow
    definition: Definition
    state: State
