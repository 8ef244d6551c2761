"""How it looks and reads, in Chinese. One folder a context; `card.py` is the neutral card."""
