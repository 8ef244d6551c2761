"""The language itself, pure: text → tree → Python, Chinese, dependencies; decision tables; rule documents."""
