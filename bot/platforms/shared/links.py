"""Addresses of our own pages, as messages carry them: never more than an id, for whoever opens one has to log in."""

from __future__ import annotations


def card_page(public_url: str | None, card_id: str | None) -> str | None:
    """The page of a card; None where people's phones do not reach us, and for what is no card."""
    return f"{public_url}/h5/card/{card_id}" if public_url and card_id else None
