"""What every context stands on: money, clock, ids, errors, events, the unit of work, encryption, audit.

Words: fen 分 (money is counted in it), business date (the day in Asia/Shanghai), Tx (one update, one transaction).
"""
