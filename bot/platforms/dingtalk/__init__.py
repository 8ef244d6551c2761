"""DingTalk: messages, presses and events over Stream or HTTP in; robot messages and interactive cards out."""
