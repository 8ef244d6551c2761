"""Pure decisions about leave: what a day is, what is due, what a balance holds. No database, no clock."""
