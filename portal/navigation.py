"""What stands in the menus: the public sections, and the desk's links by permission.

A link whose address no app answers yet is left out, so that no menu leads nowhere.
"""

from functools import cache

from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext_lazy as _

from portal.roles import Perm

PUBLIC = (
    (_("首页"), "/"),
    (_("资源菜单"), "/menu/"),
    (_("线路"), "/routes/"),
    (_("科普基地"), "/bases/"),
    (_("供需对接"), "/needs/"),
    (_("活动"), "/events/"),
    (_("作品征集"), "/works/"),
    (_("科普指数"), "/index/"),
    (_("年度报告"), "/reports/"),
    (_("政策标准"), "/library/"),
    (_("核验"), "/verify/"),
)

# Group → (label, address, the permissions of which one is enough; none: everybody who is signed in).
DESK: tuple[tuple[str, tuple[tuple[str, str, tuple[Perm, ...]], ...]], ...] = (
    (
        "我的",
        (
            ("工作台", "/desk/", ()),
            ("收件箱", "/desk/inbox/", ()),
            ("作品评审", "/desk/reviews/", (Perm.WORK_REVIEW,)),
            ("我的任务", "/desk/jobs/", ()),
            ("我的孩子", "/desk/guardian/", (Perm.WARD_VIEW,)),
            ("我的服务时长", "/desk/talent/mine/", (Perm.SERVICE_OWN,)),
            ("培养课题", "/desk/mentor/", (Perm.SERVICE_OWN,)),
        ),
    ),
    (
        "资源与活动",
        (
            ("科普资源", "/desk/resources/", (Perm.RESOURCE_VIEW, Perm.RESOURCE_EDIT)),
            ("资源普查", "/desk/census/", (Perm.CENSUS_VIEW,)),
            ("科技资源转化", "/desk/resources/assets/", (Perm.RESOURCE_VIEW, Perm.RESOURCE_EDIT)),
            ("科普线路", "/desk/routes/", (Perm.RESOURCE_VIEW, Perm.RESOURCE_EDIT)),
            ("科普需求", "/desk/needs/", (Perm.NEED_VIEW,)),
            ("资源预约", "/desk/bookings/", (Perm.BOOKING_VIEW,)),
            ("科普作品", "/desk/works/", (Perm.WORK_VIEW,)),
            ("科普活动", "/desk/events/", (Perm.EVENT_VIEW, Perm.EVENT_EDIT)),
            ("科普人才", "/desk/talent/", (Perm.PERSON_VIEW,)),
        ),
    ),
    (
        "青少年科普学分",
        (
            ("学分与学生", "/desk/credits/", (Perm.CREDIT_VIEW, Perm.CREDIT_RECORD, Perm.CREDIT_VERIFY)),
            ("学分汇总", "/desk/credits/overview/", (Perm.CREDIT_OVERVIEW,)),
            ("学分课程", "/desk/credits/courses/", (Perm.COURSE_EDIT, Perm.COURSE_REVIEW, Perm.CREDIT_VIEW)),
            ("学分疑点", "/desk/credits/suspicions/", (Perm.SUSPICION_WORK,)),
            ("未成年人信息保护", "/desk/protection/", (Perm.PROTECTION_MANAGE,)),
            ("学分监督", "/desk/oversight/", (Perm.CASE_REQUEST,)),
            ("学分规则", "/desk/credits/rules/", (Perm.CREDIT_RULES,)),
        ),
    ),
    (
        "统计与规划",
        (
            ("统计填报", "/desk/returns/", (Perm.RETURN_VIEW, Perm.RETURN_FILL, Perm.RETURN_REVIEW)),
            ("指数计算", "/desk/index/", (Perm.INDEX_COMPUTE,)),
            ("年度报告", "/desk/reports/", (Perm.REPORT_MAKE, Perm.REPORT_SIGN)),
            ("数据看板", "/index/board/", (Perm.INDEX_VIEW,)),
            ("自选统计表", "/index/table/", (Perm.INDEX_VIEW,)),
            ("规划与任务", "/desk/plan/", (Perm.TASK_VIEW,)),
            ("统筹协调", "/desk/coordination/", (Perm.COORDINATION_MANAGE,)),
            ("科普经费", "/desk/funds/", (Perm.FUND_VIEW,)),
            ("科普认定", "/desk/titles/", (Perm.TITLE_CASE, Perm.TITLE_VIEW)),
            (
                "监督检查",
                "/desk/supervision/",
                (Perm.INSPECTION_VIEW, Perm.SELF_CHECK, Perm.HELP_ASK),
            ),
            ("政策与标准", "/desk/library/", (Perm.LIBRARY_EDIT, Perm.STANDARD_PROPOSE)),
            ("评审任务", "/desk/titles/reviews/", (Perm.TITLE_SCORE,)),
            ("年度核查", "/desk/titles/checks/", (Perm.TITLE_SCORE,)),
        ),
    ),
    ("管理", (("操作记录", "/desk/audit/", (Perm.AUDIT_VIEW,)),)),
)


ACCOUNT = (
    ("我的账号", "account"),
    ("两步验证", "mfa_index"),
    ("修改密码", "account_change_password"),
)


@cache
def _answers(address: str) -> bool:
    try:
        resolve(address)
    except Resolver404:
        return False
    return True


def public_sections(path: str) -> list[dict]:
    """The public sections, the one of `path` marked."""
    return [
        {
            "label": label,
            "url": url,
            "exact": path == url,
            "current": path == url if url == "/" else path.startswith(url),
        }
        for label, url in PUBLIC
    ]


def account_tabs(path: str) -> list[dict]:
    """The pages about one's own account, the present one marked."""
    pages = [(label, reverse(name)) for label, name in ACCOUNT]
    return [{"label": label, "url": url, "current": path.startswith(url)} for label, url in pages]


def desk_groups(user, path: str) -> list[dict]:
    """The desk's menu for somebody signed in: what their permissions open, the present link marked."""
    groups = []
    for label, links in DESK:
        shown = [
            {"label": name, "url": url}
            for name, url, perms in links
            if (not perms or any(user.can(perm) for perm in perms)) and _answers(url)
        ]
        if shown:
            groups.append({"label": label, "links": shown})
    # Of the links that lead to this page, the longest is where one is.
    here = max(
        (link["url"] for group in groups for link in group["links"] if path.startswith(link["url"])),
        key=len,
        default="",
    )
    for group in groups:
        for link in group["links"]:
            link["current"] = link["url"] == here and (here != "/desk/" or path == here)
    return groups
