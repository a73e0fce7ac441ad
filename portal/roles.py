"""Who may do what: every permission and every role of the portal, on one page.

Codes are stored in the database and in the audit trail: add codes, never rename one.
"""

from django.db import models


class Perm(models.TextChoices):
    DESK_VIEW = "desk_view", "使用工作台"
    ORGANIZATION_VIEW = "organization_view", "查看单位"
    ORGANIZATION_EDIT = "organization_edit", "编辑单位"
    RESOURCE_VIEW = "resource_view", "查看资源"
    RESOURCE_EDIT = "resource_edit", "编辑资源"
    RESOURCE_CHECK = "resource_check", "区级核对资源"
    RESOURCE_REVIEW = "resource_review", "审核资源"
    NEED_VIEW = "need_view", "查看科普需求"
    NEED_HANDLE = "need_handle", "办理科普需求"
    BOOKING_VIEW = "booking_view", "查看资源预约"
    BOOKING_ANSWER = "booking_answer", "答复资源预约"
    WORK_VIEW = "work_view", "查看作品申报"
    WORK_APPLY = "work_apply", "申报科普作品"
    WORK_MANAGE = "work_manage", "管理作品征集"
    WORK_REVIEW = "work_review", "评审科普作品"
    CENSUS_VIEW = "census_view", "查看资源普查"
    CENSUS_FILL = "census_fill", "填报资源普查"
    CENSUS_CHECK = "census_check", "核查资源普查"
    CENSUS_MANAGE = "census_manage", "管理资源普查"
    EVENT_VIEW = "event_view", "查看活动"
    EVENT_EDIT = "event_edit", "编辑活动"
    EVENT_REVIEW = "event_review", "审核活动"
    SIGNUP_VIEW = "signup_view", "查看报名"
    PERSON_VIEW = "person_view", "查看科普人才"
    PERSON_EDIT = "person_edit", "编辑科普人才"
    PERSON_EXPORT = "person_export", "导出科普人才姓名"
    SERVICE_OWN = "service_own", "查看本人服务时长"
    PLAN_VIEW = "plan_view", "查看规划任务"
    PLAN_EDIT = "plan_edit", "编辑规划任务"
    TASK_VIEW = "task_view", "查看工作任务"
    TASK_ASSIGN = "task_assign", "下达工作任务"
    TASK_REPORT = "task_report", "上报工作任务"
    COORDINATION_MANAGE = "coordination_manage", "组织联席会议与履职自评"
    FUND_VIEW = "fund_view", "查看科普经费"
    FUND_MANAGE = "fund_manage", "编制预算与下达经费"
    FUND_PAY = "fund_pay", "登记支付与绩效自评"
    TITLE_VIEW = "title_view", "查看认定"
    TITLE_EDIT = "title_edit", "编辑认定"
    TITLE_CASE = "title_case", "办理认定申报"
    TITLE_APPLY = "title_apply", "申报认定"
    TITLE_RECOMMEND = "title_recommend", "推荐认定"
    TITLE_MANAGE = "title_manage", "组织认定"
    TITLE_SCORE = "title_score", "评审打分"
    INSPECTION_VIEW = "inspection_view", "查看监督检查"
    INSPECTION_MANAGE = "inspection_manage", "组织监督检查"
    INSPECTION_DO = "inspection_do", "实施监督检查"
    INSPECTION_ANSWER = "inspection_answer", "提交整改"
    SELF_CHECK = "self_check", "提交年度自查"
    HELP_ASK = "help_ask", "咨询办事问题"
    LIBRARY_EDIT = "library_edit", "管理政策与标准"
    STANDARD_PROPOSE = "standard_propose", "建议制定标准"
    RETURN_VIEW = "return_view", "查看统计报表"
    RETURN_FILL = "return_fill", "填报统计报表"
    RETURN_SIGN = "return_sign", "签核统计报表"
    RETURN_REVIEW = "return_review", "审核统计报表"
    CREDIT_VIEW = "credit_view", "查看学分"
    CREDIT_RECORD = "credit_record", "录入学分"
    CREDIT_VERIFY = "credit_verify", "审核学分"
    CREDIT_MANAGE = "credit_manage", "管理学分制实施"
    CREDIT_OVERVIEW = "credit_overview", "查看学分汇总"
    COURSE_EDIT = "course_edit", "申报学分课程"
    COURSE_REVIEW = "course_review", "认定学分课程"
    SUSPICION_WORK = "suspicion_work", "核查学分疑点"
    CREDIT_OVERSEE = "credit_oversee", "监督学分"
    CASE_REQUEST = "case_request", "申请查阅学生记录"
    CASE_APPROVE = "case_approve", "批准查阅学生记录"
    PROTECTION_MANAGE = "protection_manage", "管理未成年人信息保护"
    WARD_VIEW = "ward_view", "查看自己孩子的学分"
    CREDIT_RULES = "credit_rules", "维护学分规则"
    INDEX_VIEW = "index_view", "查看指数明细"
    INDEX_COMPUTE = "index_compute", "计算指数"
    REPORT_MAKE = "report_make", "编制年度报告"
    REPORT_SIGN = "report_sign", "审核签发年度报告"
    ACCOUNT_ADMIN = "account_admin", "管理账号与授权"
    SECURITY_ADMIN = "security_admin", "管理安全设置"
    AUDIT_VIEW = "audit_view", "查看操作记录"


class Role(models.TextChoices):
    STAFF = "staff", "市科协工作人员"
    ACCOUNTS = "accounts", "账号管理员"
    SECURITY = "security", "安全管理员"
    AUDITOR = "auditor", "审计员"
    DISTRICT = "district", "区科协填报员"
    DISTRICT_HEAD = "district_head", "区科协负责人"
    EDUCATION = "education", "教育行政部门"
    SUBDISTRICT = "subdistrict", "街道科普干事"
    SCHOOL = "school", "学校录入员"
    SCHOOL_VERIFIER = "school_verifier", "学校审核员"
    UNIT = "unit", "单位联络员"
    EXPERT = "expert", "专家"
    VOLUNTEER = "volunteer", "志愿者"
    GUARDIAN = "guardian", "监护人"


# Who looks after a region's census: answers for units without an account, and checks what units answer.
_CENSUS_OFFICER = frozenset({Perm.CENSUS_VIEW, Perm.CENSUS_FILL, Perm.CENSUS_CHECK})

# Who checks what the district's units apply for, recommends it, and may be drawn to inspect.
_TITLE_OFFICER = frozenset(
    {Perm.TITLE_CASE, Perm.TITLE_RECOMMEND, Perm.INSPECTION_VIEW, Perm.INSPECTION_DO, Perm.HELP_ASK}
    | {Perm.STANDARD_PROPOSE}
)

# Who takes tasks from above, hands them further down, and reports up.
_TASK_OFFICER = frozenset({Perm.TASK_VIEW, Perm.TASK_ASSIGN, Perm.TASK_REPORT})

# Who pays on a region's or a body's lines and says what came of it; who also makes the lines.
_FUND_CLERK = frozenset({Perm.FUND_VIEW, Perm.FUND_PAY})
_FUND_OFFICER = _FUND_CLERK | {Perm.FUND_MANAGE}

# Who looks after what a region asks for: admits needs, sees bookings that nobody answered, assigns others.
_NEED_OFFICER = frozenset({Perm.NEED_VIEW, Perm.NEED_HANDLE, Perm.BOOKING_VIEW})

_DISTRICT_READS = frozenset(
    {
        Perm.DESK_VIEW,
        Perm.ORGANIZATION_VIEW,
        Perm.RESOURCE_VIEW,
        Perm.EVENT_VIEW,
        Perm.PERSON_VIEW,
        Perm.TITLE_VIEW,
        Perm.RETURN_VIEW,
        Perm.INDEX_VIEW,
    }
)

PERMS: dict[str, frozenset[Perm]] = {
    Role.STAFF: _DISTRICT_READS
    | _CENSUS_OFFICER
    | _NEED_OFFICER
    | _TASK_OFFICER
    | _FUND_OFFICER
    | {
        Perm.BOOKING_ANSWER,
        Perm.ORGANIZATION_EDIT,
        Perm.RESOURCE_EDIT,
        Perm.RESOURCE_REVIEW,
        Perm.WORK_VIEW,
        Perm.WORK_MANAGE,
        Perm.CENSUS_MANAGE,
        Perm.EVENT_EDIT,
        Perm.EVENT_REVIEW,
        Perm.SIGNUP_VIEW,
        Perm.PERSON_EDIT,
        Perm.PERSON_EXPORT,
        Perm.PLAN_VIEW,
        Perm.PLAN_EDIT,
        Perm.COORDINATION_MANAGE,
        Perm.TITLE_EDIT,
        Perm.TITLE_CASE,
        Perm.TITLE_MANAGE,
        Perm.INSPECTION_VIEW,
        Perm.INSPECTION_MANAGE,
        Perm.INSPECTION_DO,
        Perm.LIBRARY_EDIT,
        Perm.STANDARD_PROPOSE,
        Perm.RETURN_REVIEW,
        Perm.CREDIT_MANAGE,
        Perm.CREDIT_OVERVIEW,
        Perm.COURSE_REVIEW,
        Perm.CREDIT_RULES,
        Perm.INDEX_COMPUTE,
        Perm.REPORT_MAKE,
        Perm.REPORT_SIGN,
        Perm.CASE_REQUEST,
        Perm.CASE_APPROVE,
        Perm.PROTECTION_MANAGE,
    },
    Role.ACCOUNTS: frozenset({Perm.DESK_VIEW, Perm.ACCOUNT_ADMIN}),
    Role.SECURITY: frozenset({Perm.DESK_VIEW, Perm.SECURITY_ADMIN}),
    Role.AUDITOR: frozenset({Perm.DESK_VIEW, Perm.AUDIT_VIEW}),
    Role.DISTRICT: _DISTRICT_READS
    | _CENSUS_OFFICER
    | _TITLE_OFFICER
    | _NEED_OFFICER
    | _TASK_OFFICER
    | _FUND_CLERK
    | {Perm.RESOURCE_CHECK, Perm.RETURN_FILL, Perm.REPORT_MAKE, Perm.CREDIT_OVERVIEW},
    Role.DISTRICT_HEAD: _DISTRICT_READS
    | _CENSUS_OFFICER
    | _TITLE_OFFICER
    | _NEED_OFFICER
    | _TASK_OFFICER
    | _FUND_OFFICER
    | {Perm.RESOURCE_CHECK, Perm.RETURN_FILL, Perm.RETURN_SIGN, Perm.REPORT_MAKE, Perm.REPORT_SIGN}
    | {Perm.CREDIT_OVERVIEW},
    Role.EDUCATION: frozenset(
        {
            Perm.DESK_VIEW,
            Perm.ORGANIZATION_VIEW,
            Perm.INDEX_VIEW,
            Perm.CREDIT_OVERVIEW,
            Perm.COURSE_REVIEW,
            Perm.SUSPICION_WORK,
            Perm.CREDIT_OVERSEE,
            Perm.CASE_REQUEST,
            Perm.CASE_APPROVE,
        }
    ),
    Role.SUBDISTRICT: _CENSUS_OFFICER
    | _TASK_OFFICER
    | {Perm.DESK_VIEW, Perm.RESOURCE_VIEW, Perm.EVENT_VIEW, Perm.NEED_VIEW, Perm.BOOKING_VIEW}
    | {Perm.SELF_CHECK, Perm.HELP_ASK, Perm.RETURN_VIEW, Perm.RETURN_FILL},
    Role.SCHOOL: frozenset({Perm.DESK_VIEW, Perm.CREDIT_VIEW, Perm.CREDIT_RECORD}),
    Role.SCHOOL_VERIFIER: frozenset(
        {Perm.DESK_VIEW, Perm.CREDIT_VIEW, Perm.CREDIT_VERIFY, Perm.SUSPICION_WORK}
    ),
    Role.UNIT: frozenset(
        {
            Perm.DESK_VIEW,
            Perm.ORGANIZATION_VIEW,
            Perm.RESOURCE_VIEW,
            Perm.RESOURCE_EDIT,
            Perm.BOOKING_VIEW,
            Perm.BOOKING_ANSWER,
            Perm.WORK_VIEW,
            Perm.WORK_APPLY,
            Perm.CENSUS_VIEW,
            Perm.CENSUS_FILL,
            Perm.EVENT_VIEW,
            Perm.EVENT_EDIT,
            Perm.SIGNUP_VIEW,
            Perm.COURSE_EDIT,
            Perm.TITLE_CASE,
            Perm.TITLE_APPLY,
            Perm.INSPECTION_VIEW,
            Perm.INSPECTION_ANSWER,
            Perm.SELF_CHECK,
            Perm.HELP_ASK,
            Perm.TASK_VIEW,
            Perm.TASK_REPORT,
            Perm.FUND_VIEW,
            Perm.FUND_PAY,
            Perm.STANDARD_PROPOSE,
            Perm.RETURN_VIEW,
            Perm.RETURN_FILL,
        }
    ),
    Role.EXPERT: frozenset(
        {Perm.DESK_VIEW, Perm.SERVICE_OWN, Perm.TITLE_SCORE, Perm.WORK_REVIEW, Perm.STANDARD_PROPOSE}
    ),
    Role.VOLUNTEER: frozenset({Perm.DESK_VIEW, Perm.SERVICE_OWN}),
    Role.GUARDIAN: frozenset({Perm.DESK_VIEW, Perm.WARD_VIEW}),
}

# Who signs in with a second factor at once; schools give it at the step that asks for it.
MFA_ROLES = frozenset(
    {
        Role.STAFF,
        Role.ACCOUNTS,
        Role.SECURITY,
        Role.AUDITOR,
        Role.DISTRICT,
        Role.DISTRICT_HEAD,
        Role.EDUCATION,
        Role.SUBDISTRICT,
        Role.EXPERT,
    }
)

# Who gives it at the step that asks for it: a whole number, an export, a bulk change.
STEP_UP_ROLES = frozenset({Role.SCHOOL, Role.SCHOOL_VERIFIER})

# Who works in the registers under /admin/.
REGISTER_ROLES = frozenset({Role.STAFF, Role.ACCOUNTS, Role.SECURITY, Role.AUDITOR})


def roles_with(perm: Perm) -> list[str]:
    return [role for role, perms in PERMS.items() if perm in perms]
