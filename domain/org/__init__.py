"""Units, positions, dated assignments, the manager line and roles.

Words: 部门 unit, 岗位 position, 任职 assignment (one main post at a time, others beside it), 直接上级 manager,
部门负责人 head. A person's manager is the one named in the main assignment, else the head of the unit or of the next
unit above that has one.
"""
