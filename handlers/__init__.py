"""Words and buttons → one use-case → reply. Each module's `router` is found by `bot/app.py`; all share `chat.py`."""
