"""What WeCom takes in one message (facts: 发送应用消息, 90236). Counts and bytes are refused beyond; characters only
shown cut, so we keep them too and say the rest elsewhere."""

from __future__ import annotations

TEXT_BYTES = 2048
"""A text message; more is cut silently."""
TITLE, DESC, SUB_TITLE = 36, 44, 160
QUOTE = 60
"""quote_area has no documented limit; three lines of a phone are certain to show."""
SOURCE = 20
ROWS, ROW_LABEL, ROW_VALUE = 6, 5, 26
"""horizontal_content_list"""
BUTTONS, BUTTON_LABEL = 6, 10
SELECTS, OPTIONS, OPTION_LABEL = 3, 10, 10
"""Selectors of a card, options of each; both kinds of selector."""
VOTES, VOTE_LABEL = 20, 11
COLUMNS, COLUMN_TITLE, COLUMN_DESC = 4, 26, 112
"""vertical_content_list, of picture cards only"""
KEY_BYTES = 1024
OPTION_ID_BYTES = 128
URL_BYTES = 2048
IMAGE_RATIO = 1.78
"""Width to height of a card's picture; 1.3 to 2.25 are allowed."""
MARKDOWN_BYTES = 2048
TEXTCARD_TITLE, TEXTCARD_WORDS, TEXTCARD_BUTTON = 128, 512, 4
ARTICLES, NEWS_TITLE, NEWS_WORDS = 8, 128, 512
"""Entries of a news message; bytes of each one's title and words."""
STREAM_BYTES = 20_480
"""An answer or message of the intelligent bot."""
GROUP_NAME, GROUP_LEAST, GROUP_MOST = 50, 2, 2000
"""A group that the app makes: characters of its name, members."""
