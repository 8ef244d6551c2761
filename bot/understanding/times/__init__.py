"""The grammar of time: `scan` finds time words without a clock, `read` turns them into dates, times and lengths.

Direction (a bare 周五 or 3月 lies ahead or behind) and habits (a week of leave is Monday–Friday) come from the intent.
"""
