"""Messages of an app that are no cards: textcard, news, markdown, and plain words cut to what WeCom shows.

Pure: no network, no clock. Bytes and counts are refused beyond, characters shown cut, so all limits are kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.platforms.shared.fitting import ELLIPSIS, Size, cut, pages, size_in_bytes, unlinked
from bot.platforms.wecom import limits
from bot.platforms.wecom.wording import Wording
from cards.card import Card
from cards.said import everything, in_words, joined, one_line, tidy

Body = dict[str, object]
BREAK = "<br>"

MARKUP = re.compile(
    r"^\#{1,6}\s+\S | ^>\s*\S | \*\*[^*\n]+\*\* | `[^`\n]+` | \[[^\]\n]+\]\(https?://[^)\s]+\)"
    r' | <font\s+color="(?:info|comment|warning)">',
    re.MULTILINE | re.VERBOSE,
)
"""What of Markdown an app message knows: headings, quotations, bold, code, links, three colours."""
_LINKED = re.compile(r"\[([^\]\n]+)\]\((https?://[^)\s]+)\)")
_SIGNS = re.compile(r"^\#{1,6}\s+|^>\s?|\*\*(?=[^*\n]+\*\*)|(?<=[^*\n])\*\*|`|</?font[^>]*>", re.MULTILINE)


@dataclass(frozen=True)
class Article:
    """One entry of a news message. `picture` and `url` are addresses, the picture's may be missing."""

    title: str
    url: str
    words: str = ""
    picture: str = ""


def announcement(card: Card, *, link: str | None, wording: Wording) -> Body:
    """A notice for many as one message: a textcard with a link, else Markdown where it is some and fits, else words.

    Whatever is too long ends with … and says how to read the rest.
    """
    if link is not None and fit_link(link):
        return textcard(card, link, wording)
    said = everything(card)
    if MARKUP.search(said) and size_in_bytes(marked := markdown_of(card)) <= limits.MARKDOWN_BYTES:
        return {"msgtype": "markdown", "markdown": {"content": marked}}
    return {"msgtype": "text", "text": {"content": _within(_plain(said, wording), wording.announced)}}


def textcard(card: Card, link: str, wording: Wording) -> Body:
    """Heading, words and an address to tap; the words are cut, the address has the rest."""
    title = one_line(card.title) or one_line(card.preview) or wording.source
    words = unmarked(joined([tidy(card.subtitle or ""), in_words(card)])).strip() or title
    shown = {
        "title": cut(_tagless(title), limits.TEXTCARD_TITLE),
        "description": _fitted(_tagless(words), limits.TEXTCARD_WORDS, _drawn).replace("\n", BREAK),
        "url": link,
        "btntxt": cut(wording.look, limits.TEXTCARD_BUTTON),
    }
    return {"msgtype": "textcard", "textcard": shown}


def news(articles: Sequence[Article]) -> Body:
    """At most eight entries, those beyond are left out: say them in another message. Raises ValueError for none."""
    if not articles:
        raise ValueError("a news message has an article")
    return {"msgtype": "news", "news": {"articles": [_entry(one) for one in articles[: limits.ARTICLES]]}}


def grouped(card: Card, wording: Wording) -> list[Body]:
    """A card for a group, in as many messages as it takes: WeCom draws no template cards there."""
    image = card.image or ""
    if image.startswith("https://") and fit_link(image):
        title = one_line(card.title) or one_line(card.preview) or wording.source
        return [news([Article(title, image, in_words(card), image)])]
    said = everything(card)
    if MARKUP.search(said) and size_in_bytes(marked := markdown_of(card)) <= limits.MARKDOWN_BYTES:
        return [{"msgtype": "markdown", "markdown": {"content": marked}}]
    return [{"msgtype": "text", "text": {"content": page}} for page in pages(_plain(said, wording), limits.TEXT_BYTES)]


def markdown_of(card: Card) -> str:
    """The card with its heading in bold; the card's own markup stands."""
    said, title = everything(card), one_line(card.title)
    first, _, rest = said.partition("\n")
    return f"**{title}**\n{rest}".rstrip() if title and first == title and not MARKUP.search(first) else said


def unmarked(text: str) -> str:
    """Markdown as plain words: a link is its words and its address."""
    return _SIGNS.sub("", _LINKED.sub(r"\1 \2", text))


def fit_link(link: str) -> bool:
    """An address that WeCom takes."""
    return link.startswith(("https://", "http://")) and link.isprintable() and size_in_bytes(link) <= limits.URL_BYTES


def _plain(said: str, wording: Wording) -> str:
    """Never blank, even when it is nothing but markup: a message must say something."""
    return unlinked(unmarked(said)).strip() or wording.source


def _entry(article: Article) -> dict[str, str]:
    entry = {"title": _fitted(one_line(article.title), limits.NEWS_TITLE, size_in_bytes), "url": article.url}
    if article.words:
        entry["description"] = _fitted(tidy(article.words), limits.NEWS_WORDS, size_in_bytes)
    return {**entry, "picurl": article.picture} if article.picture else entry


def _within(text: str, ending: str) -> str:
    """A text message of one page; what was cut is announced by `ending`."""
    if size_in_bytes(text) <= limits.TEXT_BYTES:
        return text
    return _fitted(text, limits.TEXT_BYTES - size_in_bytes(f"\n{ending}"), size_in_bytes) + f"\n{ending}"


def _fitted(text: str, limit: int, size: Size) -> str:
    """The text, or its first page with an ellipsis."""
    return text if size(text) <= limit else next(pages(text, limit - size(ELLIPSIS), size)) + ELLIPSIS


def _drawn(text: str) -> int:
    """Characters of a textcard's words, in which a new line is a tag."""
    return len(text) + text.count("\n") * (len(BREAK) - 1)


def _tagless(text: str) -> str:
    """A textcard draws tags; what somebody wrote is none."""
    return text.replace("<", "＜")
