"""Finer shades of an intent by pattern; they steer the router and are not printed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding.lexicon import document

REASON = re.compile(r"[,:]?(?:原因|理由|事由|因为|由于|说明|备注)")


@dataclass(frozen=True)
class Aspect:
    """One shade: its name, the intent it belongs to, patterns for, needed as well, and against; `head`: no reasons."""

    name: str
    intent: str
    when: re.Pattern[str]
    need: re.Pattern[str] | None
    against: re.Pattern[str] | None
    head: bool = False

    def fits(self, masked: str) -> bool:
        """Whether the masked sentence has this shade."""
        if self.head:
            masked = REASON.split(masked, maxsplit=1)[0]
        return bool(
            self.when.search(masked)
            and (self.need is None or self.need.search(masked))
            and not (self.against and self.against.search(masked))
        )


def load() -> tuple[Aspect, ...]:
    """The shades of lexicon/aspects.yaml in order of preference."""
    return tuple(
        Aspect(
            row["aspect"],
            row["intent"],
            re.compile(row["when"]),
            re.compile(row["need"]) if "need" in row else None,
            re.compile(row["not"]) if "not" in row else None,
            bool(row.get("head")),
        )
        for row in document("aspects")
    )
