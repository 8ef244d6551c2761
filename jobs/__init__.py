"""What the clock starts. Each module's `schedule` is found by `bot/app.py`; `schedule.py` is what they share."""
