"""Hand-written evidence for intents: weighted patterns over the masked sentence."""

from __future__ import annotations

import re
from collections import defaultdict

from bot.understanding.lexicon import document


class Evidence:
    """The patterns of lexicon/rules.yaml, compiled."""

    def __init__(self) -> None:
        rules: dict[str, list[tuple[float, str]]] = document("rules")
        self.rules = [
            (intent, weight, re.compile(pattern)) for intent, lines in rules.items() for weight, pattern in lines
        ]

    def weigh(self, masked: str) -> dict[str, float]:
        """Summed weights by intent, only those that have something for them."""
        sums: dict[str, float] = defaultdict(float)
        held: set[str] = set()
        for intent, weight, pattern in self.rules:
            if weight < 0 and intent not in held:
                if pattern.search(masked):
                    sums[intent] += weight
            elif pattern.search(masked):
                sums[intent] += weight
                held.add(intent)
        return dict(sums)
