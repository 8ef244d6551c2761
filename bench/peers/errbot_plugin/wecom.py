"""errbot's own way to take a callback: a webhook of a plugin."""

from __future__ import annotations

from echo import PATH, echo
from errbot import BotPlugin, webhook
from flask import Request


class WeCom(BotPlugin):
    @webhook(PATH, methods=("POST",), raw=True)
    def receive(self, request: Request) -> str:
        return echo(request.args, request.get_data())
