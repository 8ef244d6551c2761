"""Money in whole fen; the only place where amounts are rounded."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import total_ordering

CENT = Decimal("0.01")


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount of CNY, counted in fen (分), negative allowed."""

    fen: int

    def __post_init__(self) -> None:
        if isinstance(self.fen, bool) or not isinstance(self.fen, int):
            raise TypeError("Money counts whole fen")

    @classmethod
    def yuan(cls, amount: Decimal | int | str) -> Money:
        """Yuan, rounded half up to the fen; floats are refused."""
        if isinstance(amount, float):
            raise TypeError("money never comes from a float")
        return cls(int((Decimal(amount) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)))

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen)

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __lt__(self, other: Money) -> bool:
        return self.fen < other.fen

    def times(self, factor: Decimal | int) -> Money:
        """Multiplied by a rate or a count, rounded half up to the fen."""
        if isinstance(factor, float):
            raise TypeError("a rate is a Decimal, never a float")
        return Money(int((self.fen * Decimal(factor)).quantize(Decimal(1), rounding=ROUND_HALF_UP)))

    def __str__(self) -> str:
        return f"{(Decimal(self.fen) / 100).quantize(CENT):,} 元"
