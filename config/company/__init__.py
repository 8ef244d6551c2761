"""What the company decides: seeds of dated rows, edited in chat or console afterwards."""
