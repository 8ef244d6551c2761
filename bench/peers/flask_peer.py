"""Flask: gunicorn --workers 2 flask_peer:app; WeCom by wechatpy, DingTalk by a check of its signature."""

from __future__ import annotations

import ding_echo
from echo import PATH, echo
from flask import Flask, Response, request

app = Flask(__name__)


@app.post(PATH)
def receive() -> Response:
    return Response(echo(request.args, request.get_data()), mimetype="application/xml")


@app.post(ding_echo.PATH)
def hear() -> Response:
    return Response(ding_echo.echo(request.headers, request.get_data()), mimetype="application/json")
