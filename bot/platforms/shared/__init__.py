"""What the clients of all messengers have in common: limits, circuits, tokens, answers of HTTP, text that fits."""
