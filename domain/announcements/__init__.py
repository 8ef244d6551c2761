"""Announcements (公告): what HR, or the head of a unit, tells many people at once.

An announcement is drafted, shown with its scope (范围: 全员 everybody, or a unit with all below it) and only then sent.
A must-read one (必读) asks for a receipt (回执): a person says 收到, or presses 我已阅读 on the page. How the messages
travel is not known here: `Published` asks for it, and `progressed` and `finished` are told how it goes.
"""
