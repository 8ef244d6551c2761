"""One line of migrations. `python -m bot.migrations.new "message"` writes the next from the models."""
