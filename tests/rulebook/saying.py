"""What the tests of the language share: fields as HR declares them, refusals and findings in their words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from cards.render import Renderer
from domain.kernel.errors import DomainError
from domain.rulebook.rules.documents import exact_value
from domain.rulebook.rules.kinds import Field, field_kind
from domain.rulebook.rules.names import Names
from domain.rulebook.rules.publishing import Finding

CASES = Path(__file__).parent / "cases"
RENDERER = Renderer()
Case = dict[str, Any]


def cases(name: str, part: str) -> list[Any]:
    """The cases of one part of a gold file, named by 例."""
    document = yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))
    return [pytest.param(case, id=str(case["例"])) for case in document[part]]


def fields(name: str = "expressions") -> dict[str, Any]:
    """The fields that a gold file declares for all its cases."""
    loaded: dict[str, Any] = yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))["字段"]
    return loaded


def names(declared: dict[str, Any]) -> Names:
    """{请假天数: 数字} or {假期类型: {类型: 单选, 选项: […]}}."""
    return Names({name: _field(spec) for name, spec in declared.items()})


def _field(spec: Any) -> Field:
    if isinstance(spec, str):
        spec = {"类型": spec}
    kind = field_kind(spec["类型"])
    assert kind is not None, spec
    return Field(kind, spec.get("单位"), tuple(spec.get("选项", ())))


def refused(error: DomainError) -> str:
    """The words of a refusal."""
    return RENDERER.refusal(error).text


def found(finding: Finding) -> str:
    """The words of a finding; the reason inside it in words too."""
    facts = {key: refused(each) if isinstance(each, DomainError) else each for key, each in finding.facts.items()}
    return RENDERER.words("rulebook._findings", finding.code, **facts)


def plainly(value: Any) -> Any:
    """What YAML holds as the language would give it."""
    return Decimal(str(value)) if isinstance(value, float) else exact_value(value)
