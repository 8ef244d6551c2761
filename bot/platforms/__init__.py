"""All contact with chat platforms: verify, receive, render, send. `port.py` is what each of them fulfils."""
