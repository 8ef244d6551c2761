"""Reads about leave, as frozen views. What colleagues get never tells a type."""

from domain.leave.queries.away import colleagues_away, cover, whos_out
from domain.leave.queries.balances import balance, balances, explain, leaver
from domain.leave.queries.requests import (
    due,
    early_returns,
    filled_requests,
    grounds,
    live_requests,
    nearest_approved,
    request,
    route,
)

__all__ = [
    "balance",
    "balances",
    "colleagues_away",
    "cover",
    "due",
    "early_returns",
    "explain",
    "filled_requests",
    "grounds",
    "leaver",
    "live_requests",
    "nearest_approved",
    "request",
    "route",
    "whos_out",
]
