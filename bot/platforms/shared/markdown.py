"""Plain words in a messenger's Markdown. Nothing that a person wrote becomes a link, a picture or a heading.

Signs of Markdown become their full-width twins: whether a backslash would keep them is not documented, and differs
from one client to the next.
"""

from __future__ import annotations

import re

SIGNS = str.maketrans("[]<>`*_\\", "［］＜＞｀＊＿＼")
ENTITY = re.compile(r"&(?=#?\w{1,32};)")
WAVES = re.compile(r"~{2,}")
RULE = re.compile(r"-{3,}|={3,}|^[-=]+$")
HEADING = re.compile(r"^#+")
NUMBER = re.compile(r"^(\d+)[.)](?=\s)")
BULLET = re.compile(r"^[-+](?=\s)")


def plain(words: str, newline: str) -> str:
    """The words as they stand, line by line; `newline` is what the messenger draws as one."""
    return newline.join(_line(line) for line in words.splitlines())


def _line(line: str) -> str:
    """Markdown that draws this line; numbers stay what they are, a list would count by itself."""
    said = ENTITY.sub("＆", line.strip().translate(SIGNS))
    said = WAVES.sub(lambda found: "～" * len(found[0]), said)
    said = RULE.sub(lambda found: "－" * len(found[0]), said)
    said = HEADING.sub(lambda found: "＃" * len(found[0]), said)
    return BULLET.sub("－", NUMBER.sub(r"\1．", said))
