"""A light classifier over character n-grams, trained at start: naive Bayes and the nearest example."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

SMOOTHING = 0.35
SHARPNESS = 0.55
FUNCTION = set("的了吗呢吧啊呀我你帮请想要一下个,是")


def grams(text: str) -> list[str]:
    """Character 1-, 2- and 3-grams with the edges marked, and pairs with one character between."""
    edged = f"^{text}$"
    found = [c for c in text if c not in FUNCTION]
    found += [edged[i : i + 2] for i in range(len(edged) - 1)]
    found += [edged[i : i + 3] for i in range(len(edged) - 2)]
    return found + [f"{edged[i]}_{edged[i + 2]}" for i in range(len(edged) - 2)]


class Classifier:
    """Learns intents from examples; `scores` gives every intent 0–1 by Bayes and 0–1 by likeness."""

    def __init__(self, examples: Mapping[str, Iterable[str]]) -> None:
        counts: dict[str, Counter[str]] = {}
        rows: list[tuple[str, Counter[str]]] = []
        spread: Counter[str] = Counter()
        for intent, texts in examples.items():
            total: Counter[str] = Counter()
            for text in texts:
                own = Counter(set(grams(text)))
                rows.append((intent, own))
                total.update(own)
                spread.update(own.keys())
            counts[intent] = total
        self.intents: Sequence[str] = tuple(counts)
        self._bayes(counts)
        self._likeness(rows, spread)

    def _bayes(self, counts: dict[str, Counter[str]]) -> None:
        vocabulary = len({gram for counter in counts.values() for gram in counter})
        self.weights: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, counter in enumerate(counts.values()):
            total = sum(counter.values()) + SMOOTHING * vocabulary / 10
            for gram, seen in counter.items():
                floor = SMOOTHING / 10
                self.weights[gram].append((index, math.log((seen + floor) / total) - math.log(floor / total)))
        self.floors = [-math.log(sum(counter.values()) + SMOOTHING * vocabulary / 10) for counter in counts.values()]

    def _likeness(self, rows: list[tuple[str, Counter[str]]], spread: Counter[str]) -> None:
        size = len(rows)
        self.rarity = {gram: math.log(size / seen) for gram, seen in spread.items()}
        self.rows = [intent for intent, _ in rows]
        self.index: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, (_intent, own) in enumerate(rows):
            norm = math.sqrt(sum(self.rarity[gram] ** 2 for gram in own)) or 1.0
            for gram in own:
                self.index[gram].append((number, self.rarity[gram] / norm))

    def scores(self, text: str) -> dict[str, tuple[float, float]]:
        """(Bayes, likeness) of every intent for one masked sentence."""
        own = set(grams(text))
        return self._merge(self._posterior(own), self._nearest(own))

    def _merge(self, bayes: list[float], like: dict[str, float]) -> dict[str, tuple[float, float]]:
        return {intent: (bayes[i], like.get(intent, 0.0)) for i, intent in enumerate(self.intents)}

    def _posterior(self, own: set[str]) -> list[float]:
        known = [self.weights[gram] for gram in own if gram in self.weights]
        logs = [floor * len(known) for floor in self.floors]
        for postings in known:
            for index, weight in postings:
                logs[index] += weight
        scale = SHARPNESS * 10 / max(10, len(known))
        top = max(logs)
        powers = [math.exp((value - top) * scale) for value in logs]
        total = sum(powers)
        return [power / total for power in powers]

    def _nearest(self, own: set[str]) -> dict[str, float]:
        norm = math.sqrt(sum(self.rarity.get(gram, 7.0) ** 2 for gram in own)) or 1.0
        sums: dict[int, float] = defaultdict(float)
        for gram in own:
            for number, weight in self.index.get(gram, ()):
                sums[number] += weight * self.rarity[gram] / norm
        best: dict[str, float] = {}
        for number, likeness in sums.items():
            intent = self.rows[number]
            if likeness > best.get(intent, 0.0):
                best[intent] = likeness
        return best
