#!/bin/sh
# Makes .venv-peers, where bench/callback.py finds the peers that the project itself never installs.
set -eu
cd "$(dirname "$0")/../.."
test -x .venv-peers/bin/python || "${PYTHON:-python3}" -m venv .venv-peers
.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r bench/peers/requirements.txt
