"""The seven steps of a case, its finer states, who acts in them and by which commands. Words alone; who may do what is in
``transition_table.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Step(StrEnum):
    """七步闭环: what a citizen is shown."""

    REPORT = "report"  # 信息报送
    ACCEPTANCE = "acceptance"  # 受理立案
    DISPATCH = "dispatch"  # 任务派遣
    HANDLING = "handling"  # 事件处置
    FEEDBACK = "feedback"  # 结果反馈
    CLOSING = "closing"  # 核查结案
    EVALUATION = "evaluation"  # 监督评价


CHINESE: Mapping[Step, str] = {
    Step.REPORT: "信息报送",
    Step.ACCEPTANCE: "受理立案",
    Step.DISPATCH: "任务派遣",
    Step.HANDLING: "事件处置",
    Step.FEEDBACK: "结果反馈",
    Step.CLOSING: "核查结案",
    Step.EVALUATION: "监督评价",
}


class State(StrEnum):
    REPORTED = "reported"
    """The message is there; an accepter decides whether it becomes a case."""
    RETURNED_SEAT = "returned_seat"
    """The seat that took it must add something."""
    RETURNED_ACCEPTER = "returned_accepter"
    """The dispatcher gave it back."""
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    """With a unit's office."""
    RETURNED_DISPATCHER = "returned_dispatcher"
    """The unit, or the accepter who was to close it, gave it back."""
    RULING = "ruling"
    """Given back a second time: the centre says whose it is, and that binds."""
    ASSIGNED = "assigned"
    """With a worker of the unit."""
    WORK_DONE = "work_done"
    """The worker says so; the handling clock ends only when the unit's office does."""
    SUSPENDED = "suspended"
    HANDLED = "handled"
    """The unit's office says so; nobody has confirmed it."""
    CONFIRMED = "confirmed"
    """A result to tell the citizen."""
    REPLIED = "replied"
    """There is a recorded attempt to tell the citizen."""
    CLOSED = "closed"
    EVALUATED = "evaluated"
    SUPERVISION = "supervision"
    """The citizen says it is not solved, or opened it again: no clerk who had it decides."""
    MERGED = "merged"
    """Follows another case, whose states are told of it."""
    VOIDED = "voided"


STATE_WORD: Mapping[State, str] = {
    State.REPORTED: "待受理",
    State.RETURNED_SEAT: "退回话务补充",
    State.RETURNED_ACCEPTER: "退回受理",
    State.ACCEPTED: "待派遣",
    State.DISPATCHED: "已派遣",
    State.RETURNED_DISPATCHER: "退回派遣",
    State.RULING: "待审定",
    State.ASSIGNED: "处置中",
    State.WORK_DONE: "待单位确认",
    State.SUSPENDED: "挂账",
    State.HANDLED: "待核实",
    State.CONFIRMED: "待回复",
    State.REPLIED: "待结案",
    State.CLOSED: "已结案",
    State.EVALUATED: "已评价",
    State.SUPERVISION: "督查",
    State.MERGED: "已并单",
    State.VOIDED: "作废",
}
STEP_OF: Mapping[State, Step] = {
    State.REPORTED: Step.REPORT,
    State.RETURNED_SEAT: Step.REPORT,
    State.RETURNED_ACCEPTER: Step.REPORT,
    State.ACCEPTED: Step.ACCEPTANCE,
    State.RETURNED_DISPATCHER: Step.ACCEPTANCE,
    State.RULING: Step.ACCEPTANCE,
    State.DISPATCHED: Step.DISPATCH,
    State.ASSIGNED: Step.HANDLING,
    State.WORK_DONE: Step.HANDLING,
    State.SUSPENDED: Step.HANDLING,
    State.HANDLED: Step.FEEDBACK,
    State.CONFIRMED: Step.FEEDBACK,
    State.REPLIED: Step.FEEDBACK,
    State.SUPERVISION: Step.FEEDBACK,
    State.CLOSED: Step.CLOSING,
    State.VOIDED: Step.CLOSING,
    State.MERGED: Step.ACCEPTANCE,
    State.EVALUATED: Step.EVALUATION,
}
"""The step a case in this state has reached. A merged case is shown at its parent's."""
OVER = frozenset({State.CLOSED, State.EVALUATED, State.VOIDED})
"""The ends: nothing has to follow."""


class Role(StrEnum):
    ACCEPTER = "accepter"  # 受理员
    DISPATCHER = "dispatcher"  # 派遣员
    UNIT_OFFICE = "unit_office"  # 处置单位
    UNIT_WORKER = "unit_worker"  # 处置人员
    CHECKER = "checker"  # 核查员
    JUDGE = "judge"  # 监督员: rules, supervises, evaluates
    CENTRE = "centre"  # 热线: by messages alone
    CLOCK = "clock"  # 计时: by timers alone


ROLE_WORD: Mapping[Role, str] = {
    Role.ACCEPTER: "受理员",
    Role.DISPATCHER: "派遣员",
    Role.UNIT_OFFICE: "处置单位",
    Role.UNIT_WORKER: "处置人员",
    Role.CHECKER: "核查员",
    Role.JUDGE: "监督员",
    Role.CENTRE: "热线",
    Role.CLOCK: "计时",
}
STAFF = (Role.ACCEPTER, Role.DISPATCHER, Role.UNIT_OFFICE, Role.UNIT_WORKER, Role.CHECKER, Role.JUDGE)
"""Who gives commands over ``POST /cases/NUMBER/commands``."""
UNIT_ROLES = (Role.UNIT_OFFICE, Role.UNIT_WORKER)


class Command(StrEnum):
    FILE = "file"  # 报送
    ACCEPT = "accept"  # 立案
    VOID = "void"  # 作废
    RETURN = "return"  # 回退, 退单: never the same as a forward
    RETURN_AGAIN = "return_again"  # 再次退单: a unit's second, which leads to a ruling; said as ``return``
    TAKE_BACK = "take_back"  # 撤回
    ASK_CHECK = "ask_check"  # 发起核查
    ASK_VERIFY = "ask_verify"  # 发起核实
    REPORT_CHECK = "report_check"  # 核查反馈
    CANCEL_CHECK = "cancel_check"  # 撤销核查
    DISPATCH = "dispatch"  # 派遣
    ASSIGN = "assign"  # 指派
    REVOKE = "revoke"  # 撤销指派
    REPORT = "report"  # 处置反馈: by the worker
    REJECT = "reject"  # 驳回: the worker's report
    FINISH = "finish"  # 处置完毕: by the unit's office
    CONFIRM = "confirm"  # 确认结果
    REWORK = "rework"  # 返工
    NAME_CLOSER = "name_closer"  # 指定结案人
    CLOSE = "close"  # 结案
    EVALUATE = "evaluate"  # 评价
    RULE = "rule"  # 审定
    SEND_BACK = "send_back"  # 督查退办
    DISMISS = "dismiss"  # 督查办结
    SUPERVISE = "supervise"  # 督办
    ANSWER_SUPERVISION = "answer_supervision"  # 督办答复
    END_SUPERVISION = "end_supervision"  # 解除督办
    ASK_EXTENSION = "ask_extension"  # 申请延期
    GRANT_EXTENSION = "grant_extension"  # 同意延期
    REFUSE_EXTENSION = "refuse_extension"  # 不同意延期
    ASK_SUSPENSION = "ask_suspension"  # 申请挂账
    GRANT_SUSPENSION = "grant_suspension"  # 同意挂账
    REFUSE_SUSPENSION = "refuse_suspension"  # 不同意挂账
    RESUME = "resume"  # 恢复处置
    APPEAL = "appeal"  # 超时申诉
    REVIEW_APPEAL = "review_appeal"  # 申诉审核
    # of messages
    SUPPLEMENT = "supplement"  # 补充
    URGE = "urge"  # 催办
    PLUS_ONE = "plus_one"  # 附议
    REPLY = "reply"  # 回复: an attempt that leaves nothing open
    REPLY_PART = "reply_part"  # 回复: others of the merged are not told yet
    REPLY_OPEN = "reply_open"  # 回复: not solved, or dissatisfied
    GIVE_BACK = "give_back"  # 补充后退还
    WITHDRAW = "withdraw"  # 撤销诉求
    WITHDRAW_PART = "withdraw_part"  # 撤销诉求: others who were merged into it still want it
    REOPEN = "reopen"  # 重新打开
    MERGE = "merge"  # 并单
    UNMERGE = "unmerge"  # 取消并单


COMMAND_WORD: Mapping[Command, str] = {
    Command.FILE: "报送", Command.ACCEPT: "立案", Command.VOID: "作废", Command.RETURN: "回退", Command.RETURN_AGAIN: "再次退单",
    Command.TAKE_BACK: "撤回",
    Command.ASK_CHECK: "发起核查", Command.ASK_VERIFY: "发起核实", Command.REPORT_CHECK: "核查反馈",
    Command.CANCEL_CHECK: "撤销核查", Command.DISPATCH: "派遣", Command.ASSIGN: "指派", Command.REVOKE: "撤销指派",
    Command.REPORT: "处置反馈", Command.REJECT: "驳回", Command.FINISH: "处置完毕", Command.CONFIRM: "确认结果",
    Command.REWORK: "返工", Command.NAME_CLOSER: "指定结案人", Command.CLOSE: "结案",
    Command.EVALUATE: "评价", Command.RULE: "审定",
    Command.SEND_BACK: "督查退办", Command.DISMISS: "督查办结", Command.SUPERVISE: "督办",
    Command.ANSWER_SUPERVISION: "督办答复", Command.END_SUPERVISION: "解除督办", Command.ASK_EXTENSION: "申请延期",
    Command.GRANT_EXTENSION: "同意延期", Command.REFUSE_EXTENSION: "不同意延期", Command.ASK_SUSPENSION: "申请挂账",
    Command.GRANT_SUSPENSION: "同意挂账", Command.REFUSE_SUSPENSION: "不同意挂账", Command.RESUME: "恢复处置",
    Command.APPEAL: "超时申诉", Command.REVIEW_APPEAL: "申诉审核", Command.SUPPLEMENT: "补充", Command.URGE: "催办",
    Command.PLUS_ONE: "附议", Command.REPLY: "回复", Command.REPLY_PART: "回复（其余待回复）",
    Command.REPLY_OPEN: "回复（未解决或不满意）",
    Command.GIVE_BACK: "补充退还", Command.WITHDRAW: "撤销诉求",
    Command.WITHDRAW_PART: "撤销诉求（其余继续办理）", Command.REOPEN: "重新打开", Command.MERGE: "并单",
    Command.UNMERGE: "取消并单",
}  # fmt: skip


class TaskKind(StrEnum):
    """Side tasks: each with a clock of its own, none of them a state."""

    CHECK = "check"  # 核查: before filing, facts are missing
    VERIFY = "verify"  # 核实: before closing, is it really done
    EXTENSION = "extension"  # 延期
    SUSPENSION = "suspension"  # 挂账
    SUPERVISION = "supervision"  # 督办
    APPEAL = "appeal"  # 超时申诉


TASK_WORD: Mapping[TaskKind, str] = {
    TaskKind.CHECK: "核查", TaskKind.VERIFY: "核实", TaskKind.EXTENSION: "延期审批", TaskKind.SUSPENSION: "挂账审批",
    TaskKind.SUPERVISION: "督办", TaskKind.APPEAL: "超时申诉",
}  # fmt: skip


class EventKind(StrEnum):
    """Of a row in a case's history."""

    MOVED = "moved"
    """The case reached this state."""
    TICKET = "ticket"
    """Another ticket of the same matter came; the case stays where it is."""
    NOTED = "noted"
    """A command or message that left the case in its state."""
    TIMED = "timed"
    """A mark of a clock was passed."""
