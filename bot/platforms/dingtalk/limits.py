"""What DingTalk takes in one message (facts/dingtalk.md §3.1, §3.3). Bytes are of UTF-8."""

from __future__ import annotations

MESSAGE_BYTES = 10_000
"""The text of a robot message as JSON; DingTalk takes 15,000 of msgParam as a whole."""
TITLE = 60
"""Characters of a message's title, which is what the notification shows; not documented."""
PREVIEW = 100
VALUE_BYTES = 1024
"""One variable of a card; DingTalk takes 1 KB."""
TEXTS = 3
"""Variables text1…text3."""
HEADING, SUBTITLE = 80, 160
"""Characters; four bytes each still fit a variable."""
BUTTON_LABEL = 20
FILE_TYPES = frozenset({"xlsx", "pdf", "zip", "rar", "doc", "docx"})
"""Of sampleFile; everything else is sent in a zip."""
URL_BYTES = 2048
