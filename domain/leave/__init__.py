"""Leave 假期: types, policies, entitlement, the ledger, requests.

Words: 年假 annual leave, 调休 comp_off time off in lieu, 事假 personal, 病假 sick, 在途 held by a request not yet
decided, 销假 cancelling approved leave, 结转 carry-over, 暂按 provisional (the year's schedule is not published),
lot: one grant and all that is taken from it.
"""
