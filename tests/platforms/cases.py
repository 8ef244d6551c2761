"""Recorded-looking payloads, one of every kind that the platforms send, and what is expected of each.

`payloads/<platform>/<name>.xml|json` is what the platform says, before it is sealed; `${…}` is filled in: ids, times,
addresses, a card that is open. `<name>.yaml` beside it:

kind, outcome   as they are counted; the outcome is `stored` when it is left out
update          what lies in the inbox, besides the sender; left out: nothing does
said            person or group → pieces that they read next, in order; whoever is not named reads nothing
reported        the change of the directory is kept
before, action  a sentence of 李雷 that opens a card, and the label of the button that is pressed on it
read            what the reader makes of a change or an event of the organisation
ways            stream, http: how DingTalk sends it; both when it is left out
counts          false: it does not count against DingTalk's month
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "payloads"
SUFFIX = {"wecom": ".xml", "dingtalk": ".json"}
KINDS: dict[str, dict[str, list[str]]] = yaml.safe_load((FOLDER / "kinds.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Case:
    """One payload and what is expected of it; filled in once `filled` was called."""

    platform: str
    name: str
    payload: Any
    """The XML, or the JSON document."""
    kind: str
    outcome: str = "stored"
    update: Mapping[str, Any] | None = None
    said: Mapping[str, list[str]] = field(default_factory=dict)
    reported: bool = False
    before: str | None = None
    action: str | None = None
    ways: tuple[str, ...] = ("stream", "http")
    counts: bool = True
    read: Mapping[str, Any] = field(default_factory=dict)

    def filled(self, values: Mapping[str, Any]) -> Case:
        """With the placeholders' values; one that stands alone keeps its type."""
        own = {**vars(self), "payload": fill(self.payload, values), "update": fill(self.update, values)}
        return Case(**{**own, "said": fill(self.said, values)})

    @property
    def again(self) -> str:
        """The outcome of the same once more."""
        return "duplicate" if self.outcome in ("stored", "unnamed") else self.outcome


def fill(found: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(found, Mapping):
        return {fill(name, values): fill(value, values) for name, value in found.items()}
    if isinstance(found, list):
        return [fill(one, values) for one in found]
    if not isinstance(found, str):
        return found
    alone = found.removeprefix("${").removesuffix("}")
    return values[alone] if found == f"${{{alone}}}" and alone in values else Template(found).safe_substitute(values)


def read(platform: str, name: str) -> Case:
    file = FOLDER / platform / name
    text = file.with_suffix(SUFFIX[platform]).read_text(encoding="utf-8")
    expected = yaml.safe_load(file.with_suffix(".yaml").read_text(encoding="utf-8"))
    expected["ways"] = tuple(expected.get("ways", ("stream", "http")))
    return Case(platform, name, text if platform == "wecom" else json.loads(text), **expected)


SAMPLE = {
    "wecom": {"corp": "ww00test", "agent": 1000002, "now": 1_795_000_000, "id": 900000000000000001},
    "dingtalk": {"corp": "dingtest", "robot": "dingrobot", "id": "e1", "millis": 1_795_000_000_000},
}
"""Values for a look at a payload alone; other placeholders stay as they are."""


def bodies(platform: str) -> list[bytes]:
    """All payloads as bytes, to be spoiled."""
    found = [fill(read(platform, name).payload, SAMPLE[platform]) for name in names(platform)]
    return [one.encode() if isinstance(one, str) else json.dumps(one).encode() for one in found]


def names(platform: str) -> list[str]:
    return sorted(file.stem for file in (FOLDER / platform).glob(f"*{SUFFIX[platform]}"))


def cases(platform: str, way: str = "http") -> list[Case]:
    found = [read(platform, name) for name in names(platform)]
    return [case for case in found if way in case.ways]
