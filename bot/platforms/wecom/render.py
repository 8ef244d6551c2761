"""A neutral card as the bodies of WeCom's message/send and update_template_card. Pure: no network, no clock.

Whatever a card holds, the limits hold; what has no room on the card stands behind the menu entry FULL, never nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.platforms.shared.fitting import labels, pages, same, size_in_bytes, unlinked
from bot.platforms.shared.pressing import pressable
from bot.platforms.wecom import limits
from bot.platforms.wecom.choices import selectable, selector
from bot.platforms.wecom.content import Content, arranged, noticed, shows
from bot.platforms.wecom.wording import Wording
from cards.card import Action, Card
from cards.said import everything, one_line

FULL = "full$"
"""The menu entry that asks for everything in words: `content.everything`."""
SUBMIT = "submit$"
"""The submit button of a vote; the chosen option of question ACTION is the action."""
NOTHING = "done$"
"""The key of a button that is grey from the start."""
ACTION = "action"
STYLES = {"primary": 1, "default": 2, "danger": 4}

Body = dict[str, Any]


@dataclass(frozen=True)
class Links:
    """Where taps lead: to the card's own `page`; where it has none a notice's to `notice`, which it must have."""

    notice: str
    page: str | None = None


def messages(card: Card, *, task_id: str | None, notice: bool, links: Links, wording: Wording) -> tuple[Body, ...]:
    """Bodies for message/send in order, without touser and agentid; nearly always one.

    The last body has the `task_id`, those before it `<task_id>-n`. Without one a card has neither buttons nor menu, and
    says it in words.
    """
    return _Drawing(card, task_id, links, wording).messages(notice)


def changed(card: Card, *, task_id: str | None, wording: Wording, page: str | None = None) -> Body:
    """The `template_card` part for update_template_card: the new card, or its content over one grey button."""
    return {"template_card": _Drawing(card, task_id, Links("", page), wording).changed()}


def greyed(label: str) -> Body:
    """The `button` part for update_template_card: an older copy, its buttons grey."""
    return {"button": {"replace_name": label}}


def texts(words: str) -> tuple[Body, ...]:
    """Text messages that lose nothing: as many as it takes."""
    return tuple({"msgtype": "text", "text": {"content": page}} for page in pages(unlinked(words), limits.TEXT_BYTES))


def _name(action: Action) -> str:
    return one_line(action.label) or action.id


def _sent(card: Body) -> Body:
    return {"msgtype": "template_card", "template_card": card}


@dataclass(frozen=True)
class _Drawing:
    card: Card
    task_id: str | None
    links: Links
    wording: Wording

    def messages(self, notice: bool) -> tuple[Body, ...]:
        actions = pressable(self.card.actions) if self.task_id else ()
        if actions:
            return self._with_actions(actions, notice)
        if not notice and not self._picture and (self.card.plain or not arranged(self.card).complete):
            return texts(self._words())
        return self._informing()

    def changed(self) -> Body:
        actions = pressable(self.card.actions)
        if not actions:
            return self._grey()
        return self._selectors(actions) or self._buttons(actions)

    def _informing(self) -> tuple[Body, ...]:
        plain = self.card.plain
        content = noticed(self.card, self._words()) if plain else arranged(self.card, self._typed(()))
        if content.complete or self.task_id:
            drawn = self._news(content) if self._picture else self._text_notice(content)
            return (_sent(drawn),)
        return self._paged_notice()

    def _paged_notice(self, extra: str = "") -> tuple[Body, ...]:
        """As many notices as the words need; for what has no menu to put them behind."""
        parts = pages(self._words(extra), limits.SUB_TITLE, len)
        drawn = [self._text_notice(noticed(self.card, part)) for part in parts]
        if self.task_id:  # each its own, for WeCom's check of repeats; the plain one is the last body's
            drawn = [{**one, "task_id": f"{self.task_id}-{number}"} for number, one in enumerate(drawn, 1)]
        return tuple(_sent(one) for one in drawn)

    def _with_actions(self, actions: tuple[Action, ...], notice: bool) -> tuple[Body, ...]:
        if drawn := self._selectors(actions):
            return (_sent(drawn),)
        if len(actions) <= limits.BUTTONS:
            return (_sent(self._buttons(actions)),)
        extra = self._typed(actions[: limits.VOTES])
        voted, whole = self._vote(actions[: limits.VOTES], arranged(self.card, extra))
        if whole:
            return (_sent(voted),)
        said = self._paged_notice(extra) if notice else texts(self._words(extra))
        return (*said, _sent(voted))

    def _words(self, extra: str = "") -> str:
        """Never blank: a message must say something."""
        return "\n".join(part for part in (everything(self.card), extra) if part) or self.wording.source

    def _typed(self, drawn: tuple[Action, ...]) -> str:
        """Words for the other actions, which have no button: saying their label presses them too."""
        rest = [_name(action) for action in self.card.actions if action not in drawn]
        return self.wording.rest + "、".join(rest) if rest else ""

    # one card of each kind

    def _buttons(self, actions: tuple[Action, ...]) -> Body:
        """button_interaction; actions beyond its six can be typed."""
        drawn = actions[: limits.BUTTONS]
        content = arranged(self.card, self._typed(drawn))
        names = labels([_name(action) for action in drawn], limits.BUTTON_LABEL)
        seen = all(
            same(name, action.label) or shows(content, action.label) for name, action in zip(names, drawn, strict=True)
        )
        inputs = selectable(self.card.inputs)[:1]
        left = any(item not in inputs for item in self.card.inputs)
        card = self._framed("button_interaction", content, menu=not (seen and content.complete), fill=left)
        if inputs:
            card["button_selection"] = selector(inputs[0], self.wording)
        card["button_list"] = [
            {"text": name, "style": STYLES.get(action.style, STYLES["default"]), "key": action.id}
            for name, action in zip(names, drawn, strict=True)
        ]
        return card

    def _grey(self) -> Body:
        content = arranged(self.card, self._typed(()))
        label = self.wording.grey.get(self.card.state, self.wording.grey["done"])
        card = self._framed("button_interaction", content, menu=not content.complete)
        return {**card, "button_list": [{"text": label, "style": 3, "key": NOTHING}], "replace_text": label}

    def _vote(self, actions: tuple[Action, ...], content: Content) -> tuple[Body, bool]:
        """vote_interaction, and whether it says all; it has room for a heading only."""
        names = labels([_name(action) for action in actions], limits.VOTE_LABEL)
        heading, whole = self._heading(content)
        whole = whole and all(same(name, action.label) for name, action in zip(names, actions, strict=True))
        options = [{"id": action.id, "text": name} for action, name in zip(actions, names, strict=True)]
        return {
            "card_type": "vote_interaction",
            "source": self._source(),
            "main_title": heading,
            "task_id": self.task_id,
            "checkbox": {"question_key": ACTION, "mode": 0, "option_list": options},
            "submit_button": {"text": self.wording.submit, "key": SUBMIT},
        }, whole

    def _selectors(self, actions: tuple[Action, ...]) -> Body | None:
        """multiple_interaction, when the card is a heading, one to three choices, and one action."""
        inputs = selectable(self.card.inputs)
        heading, whole = self._heading(arranged(self.card))
        fits = (
            len(inputs) == len(self.card.inputs) and 1 <= len(inputs) <= limits.SELECTS and len(self.card.actions) == 1
        )
        label = _name(actions[0])
        if not (fits and whole and 0 < len(label) <= limits.BUTTON_LABEL):
            return None
        return {
            "card_type": "multiple_interaction",
            "source": self._source(),
            "main_title": heading,
            "task_id": self.task_id,
            "select_list": [selector(item, self.wording) for item in inputs],
            "submit_button": {"text": label, "key": actions[0].id},
        }

    def _text_notice(self, content: Content) -> Body:
        return {
            **self._framed("text_notice", content, menu=not content.complete and self.task_id is not None),
            "card_action": {"type": 1, "url": self.links.page or self.links.notice},
        }

    def _news(self, content: Content) -> Body:
        """news_notice: it has no paragraph; the words stand as a quotation."""
        card = self._framed("news_notice", content, menu=not content.complete)
        if words := card.pop("sub_title_text", None):
            card["quote_area"] = {"type": 0, "quote_text": "\n".join(part for part in (content.quote, words) if part)}
        card["card_image"] = {"url": self.card.image, "aspect_ratio": limits.IMAGE_RATIO}
        return {**card, "card_action": {"type": 1, "url": self.links.page or self.links.notice}}

    # parts

    @property
    def _picture(self) -> bool:
        image = self.card.image or ""
        return image.startswith("https://") and image.isprintable() and size_in_bytes(image) <= limits.URL_BYTES

    def _framed(self, kind: str, content: Content, *, menu: bool, fill: bool = False) -> Body:
        """`menu`: not all is to be seen; `fill`: it asks for what only its page can ask."""
        card: Body = {"card_type": kind, "source": self._source(), "main_title": self._main_title(content)}
        if menu:
            entries = [{"text": self.wording.full, "key": FULL}]
            card["action_menu"] = {"desc": self.wording.more, "action_list": entries}
        if self.links.page and (menu or fill):
            said = self.wording.fill if fill else self.wording.open
            card["jump_list"] = [{"type": 1, "title": said, "url": self.links.page}]
        if self.task_id:
            card["task_id"] = self.task_id
        if content.quote:
            card["quote_area"] = {"type": 0, "quote_text": content.quote}
        if content.words:
            card["sub_title_text"] = content.words
        if content.rows:
            card["horizontal_content_list"] = [{"keyname": label, "value": value} for label, value in content.rows]
        return card

    def _heading(self, content: Content) -> tuple[Body, bool]:
        """main_title of a card that has nothing else to say it with, and whether it says everything."""
        lines = [content.quote, *(f"{label}：{value}" for label, value in content.rows), content.words]
        rest = "\n".join(line for line in lines if line)
        if rest and not content.desc and len(rest) <= limits.DESC and "\n" not in rest:
            return {**self._main_title(content), "desc": rest}, content.complete
        return self._main_title(content), content.complete and not rest

    def _main_title(self, content: Content) -> Body:
        title = content.title or self.wording.source
        return {"title": title, "desc": content.desc} if content.desc else {"title": title}

    def _source(self) -> Body:
        return {"desc": self.wording.source, "desc_color": 0}
