"""The demo: a made-up company with history, spoken for by anybody on this machine."""
