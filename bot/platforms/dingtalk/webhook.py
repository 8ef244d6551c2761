"""A sessionWebhook is an address that came in a message: whoever forged the message would choose where we post.

Hosts are compared letter by letter, and the path is the one that answers a message: another path of DingTalk's own
host would post the answer into somebody else's group.
"""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from config.settings import DingTalk

HOSTS = frozenset({"oapi.dingtalk.com", "api.dingtalk.com"})
LONGEST = 1_000
"""Characters; the samples have about 100."""
MOST_SECONDS = 24 * 3600
"""No address is kept for longer; real ones live 90 minutes."""
_PORTS = {"http": "80", "https": "443"}
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"/robot/sendBySession\?[A-Za-z0-9._~%&=+/:$,;!*'()?-]+"
)


def allowed(url: str, settings: DingTalk) -> bool:
    """Whether answers may be posted there: DingTalk's own hosts over https, or an origin that is configured."""
    found = _ADDRESS.fullmatch(url) if len(url) <= LONGEST else None
    if found is None:
        return False
    scheme, host = found["scheme"], found["host"]
    origin = (scheme, host, found["port"] or _PORTS[scheme])
    configured = {_origin(settings.api_base), _origin(settings.oapi_base)}
    known = HOSTS | {own for _, own, _ in configured}
    return origin in configured or (scheme == "https" and host in known and origin[2] == "443")


def _origin(base: str) -> tuple[str, str, str]:
    scheme, _, rest = base.lower().partition("://")
    place = rest.split("/", 1)[0]
    port = urlsplit(f"//{place}").port
    return scheme, place.removesuffix(f":{port}") if port else place, str(port or _PORTS.get(scheme, ""))


def reply_to(url: str, until: float, settings: DingTalk, now: datetime) -> tuple[str, float] | None:
    """The address and when it ends, both Unix seconds; None when it is not to be used."""
    start = now.timestamp()
    if not start < until or not allowed(url, settings):
        return None
    return url, min(until, start + MOST_SECONDS)
