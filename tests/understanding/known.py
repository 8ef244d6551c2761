"""The intents of the contract; what understanding answers with is always one of them."""

from pathlib import Path

TABLE = Path(__file__).parents[1] / "house" / "intents.txt"
KNOWN = {line.strip() for line in TABLE.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")}
