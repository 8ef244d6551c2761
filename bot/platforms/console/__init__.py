"""The web chat: a platform whose other side is our own page. Its mailboxes are tables, its wake-up is NOTIFY."""
