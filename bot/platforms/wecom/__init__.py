"""WeCom (企业微信), a company's own app: encrypted callbacks in, template cards out, cards changed in place."""
