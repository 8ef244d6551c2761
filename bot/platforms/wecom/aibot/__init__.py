"""WeCom's intelligent bot (智能机器人): people ask it in groups; it answers over a long connection that we open."""
