"""HTTP: the web chat, health and metrics (callbacks, console and H5 pages come with their issues)."""
