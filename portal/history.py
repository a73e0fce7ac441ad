"""What became of a record, told from its audit trail: who changed what from which value to which."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from portal.audit import HIDDEN, AuditEntry

MOST_SHOWN = 200
COUNTER = "revision"  # counts the changes of a record; for the trail, not for readers

# The words of the trail's codes, as far as the codes do not say what a workflow's button says.
ACTS = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "factor_failed": "动态验证码错误",
    "sign_out": "退出登录",
    "create": "登记",
    "change": "修改",
    "import": "导入",
    "undo_import": "撤销导入",
    "export": "导出",
    "view": "查看",
    "denied": "被拒绝",
    "new_version": "改为新版本",
    "submit": "提交审核",
    "revise": "修改后重新送审",
    "publish": "发布",
    "send_back": "退回",
    "withdraw": "撤回",
    "archive": "下架",
    "restore": "恢复为草稿",
    "cancel": "取消",
    "add_picture": "添加图片",
    "remove_picture": "删除图片",
    "check": "核对通过",
    "give_back": "退回单位",
    "confirm": "核实信息",
    "lapse": "到期未核实，自动下架",
    "merge": "合并",
    "take_in": "并入重复的一条",
    "dismiss": "确认不是重复",
    "remove": "删除",
    "bulk_edit": "批量修改",
    "convert": "登记转化成果",
    "undo_conversion": "删除转化成果",
    "deliver": "报完成",
    "waive": "免除任务",
    "reopen": "重新办理",
    "restore_value": "恢复旧值",
    "add_link": "添加视频或虚拟展示",
    "remove_link": "删除视频或虚拟展示",
    "open": "开启",
    "start_checking": "转入核查",
    "resume": "恢复填报",
    "close": "关闭",
    "begin": "开始填报",
    "lapse_version": "登记失效",
    "comment": "提出公众意见",
    "accept": "通过",
    "return_to_unit": "退回重填",
    "confirm_all": "全部答为无变化",
    "drop_row": "删除一行",
    "remind": "催办",
    "sessions": "修改场次",
    "attendance": "填报到场人次",
    "sign_up": "报名",
    "progress": "填报进展",
    "actual": "填报完成值",
    "count_actual": "取数完成值",
    "link_figure": "选择取数",
    "reverse": "冲正",
    "grant": "授予岗位",
    "revoke": "收回岗位",
    "notice_ways": "设置消息邮件",
    "invite": "发送设置密码的链接",
    "session_end": "结束一处登录",
    "end_sessions": "结束所有登录",
    "rest": "停用久未登录的账号",
    "begin_report": "开始编制",
    "write_part": "编写章节",
    "switch_part": "取舍章节",
    "move_part": "调整章节次序",
    "add_part": "增加章节",
    "remove_part": "删除章节",
    "renew": "改用最新指数结果",
    "letter": "填写随文文号",
    "sign": "签发",
    "freeze": "冻结",
    "goalpost": "定下目标值",
    "enter": "录入",
    "pay": "登记拨付",
    "assign": "分派评审",
    "hand_in": "提交评审",
    "recuse": "回避评审",
    "replace": "撤换专家",
    "support": "予以支持",
    "approve": "通过节点",
    "terminate": "终止合同",
    "finish": "办结",
    "fill": "填报",
    "count": "重新取数",
    "remark": "提出意见",
    "upload": "上传",
    "transfer": "转学",
    "reveal": "查看完整信息",
    "reveal_alarm": "查看完整信息过多",
    "give_consent": "登记监护人同意",
    "withdraw_consent": "登记撤回同意",
    "file_appeal": "提出申诉",
    "take_back_entry": "冲销申诉所指的记录",
    "refuse_appeal": "不予受理申诉",
    "overdue": "逾期",
    "request_case": "申请查阅",
    "case_without_child": "申请查阅，无此学生",
    "draw": "随机抽取",
    "replay_draw": "重抽核对",
    "oversight": "夜间督办",
    "replace_pass": "挂失通行证并换号",
    "prove_papers": "夜间核对所涉记录",
    "finding": "记录核查结果",
    "ask_right": "提出权利请求",
    "erase": "清除身份信息",
    "retention": "到期处理",
    "issue_credential": "签发数字凭证",
    "download": "下载",
    "nominate": "推荐培养",
    "report_project": "登记课题小结",
    "open_account": "凭开户单开户",
    "bind_child": "绑定孩子",
    "unbind_child": "解除监护关系",
    "return_entries": "退回记录",
    "roll_over": "学年升级",
    "undo_roll_over": "撤销学年升级",
    "ask_transfer": "申请转入",
    "transfer_asked": "请原学校答复转出",
    "release": "同意转出",
    "add_student": "登记无学籍号学生",
    "give_number": "换为学籍号",
    "ask_special": "申报特殊情形",
    "issue_passes": "签发通行证",
    "plan_outing": "登记课程外出",
    "confirm_outing": "基地确认到场",
    "cancel_outing": "取消课程外出",
    "record_outing": "登记课程学分",
    "leave_out_visit": "签到不计学分",
    "leave_out_results": "竞赛成绩不计学分",
    "check_in": "通行证签到",
    "enter_results": "录入竞赛成绩",
    "withdraw_result": "撤回竞赛成绩",
    "find_suspicions": "夜间比对疑点",
    "look_for_doubles": "比对重复登记",
    "forget_team": "取消团队登记",
    "ask_export": "申请导出",
    "claim_family_activity": "申报家庭活动",
    "add_file": "添加材料",
    "remove_file": "删除材料",
    "examine": "形式审查",
    "draw_panel": "抽取评委",
    "redraw": "重新抽取评委",
    "move_due_day": "调整评分截止日期",
    "reserve": "列入备选",
    "leave_reserve": "移出备选",
    "order_reserve": "调整备选次序",
    "move_up": "备选递补",
    "renounce": "放弃认定",
    "find_extras": "登记加减分",
    "visit_draft": "保存现场核查草稿",
    "visit": "完成现场核查",
    "add_photo": "添加照片",
    "object": "提出异议",
    "transfer_title": "变更单位",
    "confirm_title": "转为正式",
    "contest": "申请复核",
    "repay": "登记追回",
    "answer": "答复",
    "amend": "补充说明",
    "list_funding": "列入资助名单",
    "issue": "签发文书",
    "issue_transcript": "开具成绩单",
    "rotate_keys": "更换密钥",
    "load_sample": "载入示例数据",
    "post_need": "提出需求",
    "admit": "受理",
    "turn_down": "不予受理",
    "take_back": "撤回",
    "match": "对接成功",
    "unmatch": "恢复待对接",
    "budget": "编制预算",
    "appropriation": "下达经费",
    "payment": "登记支付",
    "cancel_entry": "冲销收支",
    "fund_target": "增加绩效指标",
    "evaluate": "绩效自评",
    "receive": "登记捐赠",
    "use_gift": "登记捐赠使用",
    "appoint": "登记岗位",
    "minute": "发布纪要",
    "close_meeting": "办结会议",
    "assign_duty": "确定责任单位",
    "submit_duties": "提交履职自评",
    "accept_duties": "审核通过履职自评",
    "return_duties": "退回履职自评",
    "milestone": "登记项目节点",
    "hand_down": "下达任务",
    "report_task": "上报办理情况",
    "accept_task": "审核通过",
    "return_task": "退回重办",
    "cancel_task": "取消任务",
    "climb": "逾期上报",
    "arrange": "修改责任与期限",
    "set_path": "定下年度目标",
    "adopt": "印发规划",
    "expire": "到期未对接",
    "erase_contact": "到期删除联系方式",
    "request_booking": "提出预约",
    "offer_booking": "用资源响应需求",
    "propose": "提议改期",
    "decline": "未予接受",
    "agree": "同意改期",
    "reassign": "转派其他资源",
    "escalate": "超期未答复，转区科协",
    "rate": "评价",
    "add_proof": "上传佐证",
    "booking_terms": "修改预约规则",
}


# What the trail speaks of beside tables.
KINDS = {"session": "登录", "page": "页面", "sample_city": "示例城市", "youth_credits": "青少年学分"}


def act_name(code: str) -> str:
    """What was done, in words; the code itself where it has none."""
    return ACTS.get(code, code)


def kind_name(code: str) -> str:
    """What an entry is about, in words; the code itself where it has none."""
    return kinds().get(code, code)


@cache
def kinds() -> dict[str, str]:
    """What the trail speaks of, by code."""
    tables = {
        model._meta.label: str(model._meta.verbose_name)
        for model in apps.get_models()
        if hasattr(model, "PERSONAL")
    }
    return {**tables, **KINDS}


@dataclass(frozen=True)
class Change:
    """One change to a record, as sentences."""

    at: datetime
    by: str
    what: str
    sentences: list[str] = field(default_factory=list)
    note: str = ""


def stored(record: models.Model) -> models.Model | None:
    """The record as the database has it, locked until the transaction ends; None for a new one."""
    if record.pk is None:
        return None
    return type(record)._base_manager.select_for_update().filter(pk=record.pk).first()


def differences(before: models.Model | None, after: models.Model) -> dict[str, list[str]]:
    """What differs between two states of a record, as people read it, for the trail: {field: [old, new]}."""
    if before is None:
        return {}
    parts = [part for part in after._meta.concrete_fields if part.editable and not part.primary_key]
    return {
        part.name: [said(before, part.name), said(after, part.name)]
        for part in parts
        if getattr(before, part.attname) != getattr(after, part.attname)
    }


def said(record: models.Model, name: str) -> str:
    """One value of a record as people read it; "" where there is none."""
    display = getattr(record, f"get_{name}_display", None)
    value = display() if display else getattr(record, name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        labels = _labels(record, name)
        return "、".join(str(labels.get(part, part)) for part in value)
    return str(value)


def _labels(record: models.Model, name: str) -> dict:
    inner = getattr(record._meta.get_field(name), "base_field", None)
    return dict(inner.flatchoices) if inner is not None else {}


def changes_of(record: models.Model) -> list[Change]:
    """What was done to a record, the latest first; who only looked at it is left out."""
    entries = AuditEntry.objects.filter(subject_type=record._meta.label, subject_id=str(record.pk))
    return [
        Change(
            at=entry.at,
            by=entry.actor_name,
            what=act_name(entry.action),
            sentences=told(type(record), entry.changes),
            note=entry.note,
        )
        for entry in entries.exclude(action="view").order_by("-at", "-pk")[:MOST_SHOWN]
    ]


def changed_since(record: models.Model, revision: int) -> list[Change]:
    """What was changed after somebody saw this `revision` of a record, the latest first."""
    entries = AuditEntry.objects.filter(
        subject_type=record._meta.label, subject_id=str(record.pk), changes__has_key=COUNTER
    ).order_by("-at", "-pk")[:MOST_SHOWN]
    return [
        Change(entry.at, entry.actor_name, act_name(entry.action), told(type(record), entry.changes))
        for entry in entries
        if int(entry.changes[COUNTER][1]) > revision
    ]


def told(model: type[models.Model], changes: dict, *, names: dict[str, str] | None = None) -> list[str]:
    """The changes of one entry as sentences, in the order of the model: 把“费用”从“收费”改为“免费”.

    `names` are the words of what is no field of the model.
    """
    order = [part.name for part in model._meta.get_fields()]
    said_of = [name for name in changes if name != COUNTER]
    known = sorted(said_of, key=lambda name: order.index(name) if name in order else len(order))
    return [_sentence(model, name, changes[name], names or {}) for name in known]


def _sentence(model: type[models.Model], name: str, pair: list, names: dict[str, str]) -> str:
    label, labels = (names[name], {}) if name in names else _named(model, name)
    if HIDDEN in pair:
        return f"改了“{label}”（内容不显示）"
    old, new = ("空" if value in ("", None) else labels.get(value, value) for value in pair)
    return f"把“{label}”从“{old}”改为“{new}”"


def _named(model: type[models.Model], name: str) -> tuple[str, dict]:
    """The Chinese name of a field, or of the records that hang on it, and the labels of its codes."""
    try:
        part = model._meta.get_field(name)
    except FieldDoesNotExist:
        return name, {}
    if part.auto_created:
        return str(part.related_model._meta.verbose_name), {}
    return str(part.verbose_name), {code: str(label) for code, label in part.flatchoices}
