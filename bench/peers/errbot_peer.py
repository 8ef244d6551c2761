"""errbot with its web server plugin and our webhook: errbot_peer.py PORT"""

from __future__ import annotations

import logging
import sys
import tempfile
import types
from pathlib import Path

from errbot.bootstrap import setup_bot


def configuration(folder: str) -> types.ModuleType:
    config = types.ModuleType("config")
    config.BACKEND = "Null"
    config.STORAGE = "Memory"
    config.BOT_DATA_DIR = folder
    config.BOT_EXTRA_PLUGIN_DIR = str(Path(__file__).parent / "errbot_plugin")
    config.BOT_LOG_FILE = None
    config.BOT_LOG_LEVEL = logging.ERROR
    config.BOT_ADMINS = ("bench",)
    config.BOT_IDENTITY = {"username": "bench"}
    config.CORE_PLUGINS = ("Webserver",)
    return config


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    logging.basicConfig(level=logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="errbot-") as folder:
        bot = setup_bot("Null", logging.getLogger(), configuration(folder))
        web = {"HOST": "127.0.0.1", "PORT": int(sys.argv[1]), "SSL": None}
        bot.plugin_manager.set_plugin_configuration("Webserver", web)
        bot.serve_forever()
