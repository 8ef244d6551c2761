"""Logging in on the web through a messenger: it says whose account the browser's person has there."""

from __future__ import annotations

from typing import Protocol


class LoginRefused(Exception):
    """The messenger names no account of ours: the code is wrong, used or old, or its person is of another company."""


class Door(Protocol):
    """A messenger that people can log in with."""

    @property
    def name(self) -> str:
        """As settings and accounts call it."""

    def address(self, *, back: str, state: str, in_app: bool) -> str:
        """Where the browser goes to log in; it comes to `back` with a code and the `state`.

        `in_app`: the browser is the messenger's own, where the person is known already.
        """

    async def account(self, code: str) -> str:
        """Whose code it is, worth one call. Raises LoginRefused or TryLater."""
