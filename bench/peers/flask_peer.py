"""wechatpy + Flask: gunicorn --workers 2 flask_peer:app"""

from __future__ import annotations

from echo import PATH, echo
from flask import Flask, Response, request

app = Flask(__name__)


@app.post(PATH)
def receive() -> Response:
    return Response(echo(request.args, request.get_data()), mimetype="application/xml")
