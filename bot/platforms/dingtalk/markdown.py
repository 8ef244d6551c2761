"""Plain words in DingTalk's Markdown."""

from __future__ import annotations

from bot.platforms.shared.markdown import plain

NEWLINE = "  \n  "


def markdown(words: str) -> str:
    """The words as they stand."""
    return plain(words, NEWLINE)
