"""The language in which HR writes what the company decides: formulas, conditions, decision tables.

Words: 公式 formula, 条件 condition (a formula that is 是 or 否), 规则表 decision table, 命中 which rows count
(首条 the first, 全部 all, 唯一 exactly one), 字段 field, 种类 kind, 生效 effective from, 测试 examples that must
come out right before anything is published.
One tree (`rules.tree`), four ways out: compiled Python (`rules.python`), SQL (`sql`), Chinese with a trace
(`rules.wording`, `rules.walk`), dependencies (`rules.program`). Everything is pure but `sql`.
"""
