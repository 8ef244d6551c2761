"""Approvals in the China style: who has to agree, in which order, and what came of it.

Words: definition 流程定义 (versioned, immutable once published), case 实例, node 节点, task 任务 (one person's turn),
action 动作 (the append-only log; a case's state is a fold over it), 会签 all must agree, 或签 one is enough,
催办 urge, 撤回 withdraw. The owning context hears TaskOpened, TaskClosed, CaseDecided and sends the cards.
"""
