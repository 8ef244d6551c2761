"""A neutral card as robot messages and as the variables of our card template. Pure: no network, no clock.

Whatever a card holds, the limits hold; what has no room on the card stands behind the button FULL, never nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.platforms.dingtalk import limits
from bot.platforms.dingtalk.forms import form, packed
from bot.platforms.dingtalk.markdown import NEWLINE, markdown
from bot.platforms.dingtalk.wording import Wording
from bot.platforms.shared.fitting import ELLIPSIS, cut, labels, pages, same, size_in_bytes
from bot.platforms.shared.pressing import pressable
from cards.card import Action, Card, Field
from cards.said import everything, in_words, joined, labelled, one_line, spoken

FULL = "full$"
"""The button that asks for everything in words: the router's word for it."""
REPLACED = "replaced"
"""The `status` of an older copy."""
OVER = {"withdrawn", "expired"}
"""States of a card that nobody has to look at any more."""
TEXT, MARKDOWN, ACTION_CARD = "sampleText", "sampleMarkdown", "sampleActionCard"
COLORS = {"primary": "blue", "danger": "red"}
OTHER_COLOR = "gray"
VARIABLES = ("title", "subtitle", "status", "text1", "text2", "text3", "rows", "buttons", "form", "greyed")
"""Of the template in `docs/dingtalk/`."""


@dataclass(frozen=True)
class Message:
    """A robot message: the msgKey and its msgParam."""

    key: str
    param: dict[str, str]

    @property
    def webhook(self) -> dict[str, Any]:
        """The same for a sessionWebhook."""
        kind = "text" if self.key == TEXT else "markdown"
        return {"msgtype": kind, kind: self.param}


@dataclass(frozen=True)
class Drawn:
    """A card's variables. `whole` is False when something of it stands only behind FULL, or nowhere in a group."""

    params: dict[str, str]
    whole: bool


def messages(card: Card, *, notice: bool, wording: Wording, page: str | None = None) -> tuple[Message, ...]:
    """The card in words, as many messages as it takes; nearly always one.

    An answer of mere words is a text. Everything else is Markdown, whose title is the notification: of a notice the
    preview, which gives nothing away on a lock screen. What words cannot ask for is asked on the card's `page`.
    """
    said = words(card, wording)
    picture = _picture(card)
    if card.plain and not notice and not picture:
        return tuple(Message(TEXT, {"content": page}) for page in pages(said, limits.MESSAGE_BYTES, _in_json))
    title = _notified(card, wording) if notice else one_line(card.title or card.preview) or wording.source
    parts = [markdown(page) for page in pages(said, limits.MESSAGE_BYTES, _drawn_in_json)]
    parts[0] += picture
    if page and card.inputs and card.actions:
        parts[-1] += _link(wording.fill, page)
    return tuple(Message(MARKDOWN, {"title": cut(title, limits.TITLE), "text": part}) for part in parts)


def announcement(card: Card, *, link: str | None, wording: Wording) -> Message:
    """A notice to many, one message: its first page, and the button that leads to the whole where there is a page."""
    first = messages(card, notice=True, wording=wording)[0]
    if link is None or size_in_bytes(link) > limits.URL_BYTES:
        return first
    return Message(ACTION_CARD, {**first.param, "singleTitle": wording.full, "singleURL": link})


def _notified(card: Card, wording: Wording) -> str:
    """The notification of a notice; one that takes back what an earlier one asked for says so first."""
    title = one_line(card.preview) or wording.source
    over = card.state in OVER and not card.plain and not card.actions
    return f"（{wording.grey[card.state]}）{title}" if over else title


def words(card: Card, wording: Wording) -> str:
    """All that the card says and what can be typed to it. Never blank: a message must say something."""
    said = everything(replace(card, text=spoken(card), actions=()))
    return joined([said, _listed(wording.typed, map(_name, card.actions))]) or wording.source


def variables(card: Card, *, group: bool, wording: Wording, page: str | None = None) -> Drawn:
    """The card on our template. In a group it has no buttons: they would be one person's, and all could press them.

    Where it does not show or ask for everything it leads to the card's `page`.
    """
    actions = () if group else pressable(card.actions)
    full = {"id": FULL, "text": wording.full, "color": OTHER_COLOR}
    buttons = _buttons(actions, full)
    fields, left = form(card.inputs if actions else (), required=len(card.actions) == 1)
    rest = [_name(action) for action in card.actions if action not in actions[: len(buttons)]]
    typed = _listed(wording.rest if buttons else wording.typed, rest)
    asked = joined([typed, _listed(wording.asked, (one_line(item.label) for item in left))])
    texts, rows, whole = _arranged(card, asked)
    shortened = any(not same(one["text"], _name(action)) for one, action in zip(buttons, actions, strict=False))
    if page and not group and (left or shortened or not whole):
        texts, rows, whole = _arranged(card, asked, _link(wording.fill if left else wording.open, page))
    whole = whole and not shortened
    if not whole and not group:
        buttons.append(full)
    greyed = "" if card.actions else wording.grey.get(card.state, wording.grey["done"])
    subtitle = one_line(card.subtitle or "")
    if greyed and buttons:  # the grey button would stand in the place of FULL
        subtitle, greyed = f"{greyed} {subtitle}".strip(), ""
    params = dict.fromkeys(VARIABLES, "") | {
        "title": cut(one_line(card.title) or wording.source, limits.HEADING),
        "subtitle": cut(subtitle, limits.SUBTITLE),
        "status": card.state,
        **{f"text{number}": text for number, text in enumerate(texts, 1)},
        "rows": packed([{"label": one_line(each.label), "text": markdown(each.value)} for each in rows]),
        "buttons": packed(buttons),
        "form": packed({"fields": fields}),
        "greyed": greyed,
    }
    return Drawn(params, whole)


def outdated(wording: Wording) -> dict[str, str]:
    """What changes on an older copy: it can no longer be pressed, and says why."""
    return {"status": REPLACED, "buttons": "[]", "form": packed({"fields": []}), "greyed": wording.replaced}


def _arranged(card: Card, extra: str, link: str = "") -> tuple[list[str], list[Field], bool]:
    """Texts, rows, and whether they say all: the card's words first, as on every platform; fields that have no room
    among them as rows; and what has no room at all is cut. The last text ends with the link."""
    above = [one_line(card.title)] if len(one_line(card.title)) > limits.HEADING else []
    if len(subtitle := one_line(card.subtitle or "")) > limits.SUBTITLE:
        above.append(subtitle)
    texts = _paged(joined([*above, in_words(card), extra]), link)
    if len(texts) <= limits.TEXTS:
        return _ending(texts, link), [], True
    rows = _rows(card.fields)
    said = in_words(replace(card, fields=tuple(field for field in card.fields if field not in rows)))
    texts = _paged(joined([*above, said, extra]), link)
    if len(texts) <= limits.TEXTS:
        return _ending(texts, link), rows, True
    texts = _paged(joined([extra, *above, said]), link)[: limits.TEXTS]
    return _ending(texts, ELLIPSIS + link), rows, False


def _ending(texts: list[str], end: str) -> list[str]:
    return [*texts[:-1], (texts[-1] if texts else "") + end]


def _link(words: str, page: str) -> str:
    """On a line of its own."""
    return f"{NEWLINE}[{words}]({page})"


def _paged(said: str, link: str) -> list[str]:
    room = limits.VALUE_BYTES - size_in_bytes(ELLIPSIS + link)
    return [markdown(page) for page in pages(said, room, lambda text: size_in_bytes(markdown(text)))]


def _rows(fields: Iterable[Field]) -> list[Field]:
    """The first fields that have room together."""
    found: list[Field] = []
    room = limits.VALUE_BYTES - len("[]")
    for field in fields:
        room -= size_in_bytes(packed({"label": one_line(field.label), "text": markdown(field.value)})) + len(",")
        if room < 0:
            break
        if labelled(field):
            found.append(field)
    return found


def _buttons(actions: Sequence[Action], last: dict[str, str]) -> list[dict[str, str]]:
    """The first actions that have room, if `last` is to stand behind them."""
    found: list[dict[str, str]] = []
    names = labels([_name(action) for action in actions], limits.BUTTON_LABEL)
    for action, name in zip(actions, names, strict=True):
        button = {"id": action.id, "text": name, "color": COLORS.get(action.style, OTHER_COLOR)}
        if size_in_bytes(packed([*found, button, last])) > limits.VALUE_BYTES:
            break
        found.append(button)
    return found


def _name(action: Action) -> str:
    return one_line(action.label) or action.id


def _listed(lead: str, names: Iterable[str]) -> str:
    said = "、".join(dict.fromkeys(name for name in names if name))
    return lead + said if said else ""


def _picture(card: Card) -> str:
    image = card.image or ""
    drawable = image.startswith("https://") and image.isprintable() and not set(image) & set(" ()<>[]\\")
    return f"{NEWLINE}![]({image})" if drawable and size_in_bytes(image) <= limits.URL_BYTES else ""


def _in_json(text: str) -> int:
    return size_in_bytes(packed(text))


def _drawn_in_json(text: str) -> int:
    return _in_json(markdown(text))
