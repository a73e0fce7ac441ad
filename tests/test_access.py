"""Who reaches which page: the whole answer in one table, asked of the running portal.

A new address fails until it stands in PAGES (a register in tests/test_register_access.py). See
tests/access/matrix.py for how a line is read, tests/world/ for who is asked and about what.
"""

import re

import pytest

from outreach.models import MajorProject, Measure
from tests.access.matrix import METHODS, PARAMETER, Page, address_of, ask, patterns, post_of, wanted
from tests.world import ACTORS, PLACES, complete

RESOURCE_READERS = "staff@city district@district district_head@district subdistrict@street unit@own"
RETURN_READERS = "staff@city district@district district_head@district"
RETURN_SEERS = f"{RETURN_READERS} subdistrict@street unit@own"
REPORTERS = "staff district district_head"
REPORTERS_THERE = "staff@city district@district district_head@district"
FILLERS = "district@district district_head@district"
CLERKS = "school@own"
COURSE_SIDES = "staff@city education@district unit@own"
SUSPICION_WORKERS = "school_verifier@own education@district"
VERIFIERS = "school_verifier@own"
SCHOOLS = f"{CLERKS} {VERIFIERS}"
CENSUS_OFFICERS = "staff@city district@city district_head@city subdistrict@city"
CENSUS_READERS = f"{CENSUS_OFFICERS} unit@city"  # everybody's round; whose sheets they see is theirs
CENSUS_SHEETS = "staff@city district@district district_head@district unit@own"
MAKERS = "staff@city unit@own"
NEED_OFFICERS = "staff@city district@district district_head@district"
NEED_READERS = f"{NEED_OFFICERS} subdistrict@street"
OFFICES = "staff@city education@district"
CREDENTIAL = (("credential", lambda child: child.credential_uuid),)
DRAWN = (("drawn", lambda check: check.drawn_uuid),)
CARD = (("held", lambda child: child.pass_pk),)
TWIN = (("other", lambda resource: resource.twin_pk),)
REMARK = ("remark", lambda report: report.remark_pk)
EARLIER = (("version", lambda resource: resource.earlier_pk), ("field", "title"))


def first(parts: str):
    """The number of the first of a record's parts."""
    return lambda thing: getattr(thing, parts).first().pk


TITLE_CASES = "staff@city district@district district_head@district unit@own"
SUPERVISED = "staff@city district@city district_head@city unit@city subdistrict@city"
SELF_CHECKS = "staff@city district@district district_head@district unit@own"
PROPOSERS = "district district_head unit expert"
TITLE_DESK = "staff@city district@city district_head@city unit@city"  # every round; whose cases is theirs

TASK_DESK = "staff@city district@city district_head@city subdistrict@city unit@city"  # whose tasks is theirs
ASSIGNERS = "staff@city district@city district_head@city subdistrict@city"
TASK_SEERS = "staff@city district@district district_head@district unit@own"
DIVIDERS = "staff@city district@district district_head@district"
FUND_DESK = "staff@city district@city district_head@city unit@city"  # whose money is theirs
FUND_OFFICERS = "staff@city district_head@city"
FUND_SEERS = "staff@city district@district district_head@district unit@own"
FUND_HEADS = "staff@city district_head@district"
MEMBERS = "staff@city unit@own"


def part_of(parts: str) -> tuple:
    """The first of the plan's parts of this kind."""
    return (("part", lambda plan: _part_of(plan, parts)),)


def _part_of(plan, parts: str) -> int:
    if parts == "measures":
        return Measure.objects.filter(project__plan=plan).first().pk
    if parts == "majors":
        return MajorProject.objects.filter(measure__project__plan=plan).first().pk
    return getattr(plan, parts).first().pk


DRAFT = (("code", "2"),)

PAGES = {
    # --- everybody's
    "home": Page("*"),
    "search": Page("*"),
    "display": Page("*", "*"),
    "trail_head": Page("*", may_be_empty=True),
    "open_data": Page("*"),
    "personal_data": Page("*"),
    "credential_keys": Page("*"),
    "credential_issuer": Page("*"),
    "credential_status": Page("*", args=(("number", 0),)),
    "verify_form": Page("*", "*"),
    "verify": Page("*", of="signup", may_be_empty=True),
    "healthz": Page("*"),
    "readyz": Page("*"),
    "metrics": Page("*"),
    "csp_report": Page("", "*"),
    "resource": Page("*", of="shown"),
    "resources:menu": Page("*"),
    "directory:latest": Page("*"),
    "directory:round": Page("*", may_be_empty=True),
    "directory:changes": Page("*", may_be_empty=True),
    "directory:file": Page("*", args=(("what", "pdf"),), may_be_empty=True),
    "works:list": Page("*"),
    "works:supported": Page("*"),
    "works:call": Page("*", of="work_call"),
    "resources:coverage": Page("*"),
    "resources:feed": Page("*"),
    "resources:subscribe": Page("*", "*"),
    "resources:subscription": Page("*", "*", may_be_empty=True),
    "resources:subscription_leave": Page("", "*", may_be_empty=True),
    "resources:suggested": Page("*"),
    "landing_audience": Page("*", args=(("audience", "minors"),), may_be_empty=True),
    "landing_place": Page("*", args=(("code", "440305000000"),), may_be_empty=True),
    "menu_calendar": Page("*"),
    "routes:list": Page("*"),
    "routes:propose": Page("*", "*"),
    "routes:detail": Page("*", may_be_empty=True),
    "routes:pdf": Page("*", may_be_empty=True),
    "needs:board": Page("*"),
    "needs:counted": Page("*"),
    "needs:new": Page("*", "*"),
    "needs:basket": Page("*"),
    "needs:basket_add": Page("", "*"),
    "needs:basket_drop": Page("", "*"),
    "needs:feed": Page("*", may_be_empty=True),
    "needs:follow": Page("*", may_be_empty=True),
    "needs:change": Page("*", "*", may_be_empty=True),
    "needs:withdraw": Page("", "*", may_be_empty=True),
    "needs:book": Page("*", "*", may_be_empty=True),
    "needs:calendar": Page("*", may_be_empty=True),
    "needs:rate": Page("", "*", may_be_empty=True),
    "needs:booking_step": Page("", "*", args=(("step", "agree"),), may_be_empty=True),
    "resources_open:catalogue": Page("*"),
    "resources_open:directory": Page("*", args=(("kind", "json"),), may_be_empty=True),
    "sitemaps": Page("*"),
    "sitemap": Page("*", args=(("section", "pages"),), may_be_empty=True),
    "robots": Page("*"),
    "events:list": Page("*"),
    "events:calendar": Page("*"),
    "events:detail": Page("*", of="held"),
    "events:sign_up": Page("*", "*", of="session"),
    "events:session_calendar": Page("*", of="session"),
    "events:sign_up_made": Page("*", of="signup"),
    "events:sign_up_cancel": Page("", "*", of="signup"),
    "indicators:index": Page("*"),
    "indicators:method": Page("*"),
    "indicators:board": Page("*"),
    "indicators:board_of": Page("*", args=(("code", "440305000000"),), may_be_empty=True),
    "indicators:literacy": Page("*"),
    "indicators:gaps": Page("*"),
    "indicators:gap_indicators": Page("staff@city", "staff@city", of="gap"),
    "indicators:table": Page("*"),
    "indicators:table_save": Page("", "+"),
    "indicators:table_saved": Page("*", may_be_empty=True),
    "indicators:table_drop": Page("", "+", may_be_empty=True),
    "indicators:data_csv": Page("*", may_be_empty=True),
    "indicators:data_json": Page("*", may_be_empty=True),
    "indicators:scores_csv": Page("*", may_be_empty=True),
    "indicators:data_xlsx": Page("*", may_be_empty=True),
    "indicators:audit": Page("*", may_be_empty=True),
    "indicators:revisions": Page("*"),
    "indicators:scenarios": Page("*", may_be_empty=True),
    "indicators:pairs": Page("*", may_be_empty=True),
    "indicators:editions": Page("*"),
    "indicators:edition": Page("*", args=(("code", "1"),)),
    "indicators:change": Page("*", args=(("code", "440305000000"),), may_be_empty=True),
    "indicators:target": Page("*", args=(("code", "440305000000"),), may_be_empty=True),
    "indicators:streets": Page("*", args=(("code", "440305000000"),), may_be_empty=True),
    "indicators:profile": Page("*", args=(("code", "440305000000"),), may_be_empty=True),
    "indicators:node": Page("*", args=(("code", "440305000000"), ("node", "people")), may_be_empty=True),
    "indicators:item": Page("*", args=(("code", "440305000000"), ("key", "KR110")), may_be_empty=True),
    "indicators:figure": Page("*", args=(("code", "440305000000"), ("name", "bases")), may_be_empty=True),
    "reports:list": Page("*"),
    "reports:item": Page("*", args=(("key", "KR110"),), may_be_empty=True),
    "reports:page": Page("*", may_be_empty=True),
    "reports:file": Page("*", may_be_empty=True),
    "reports:annex": Page("*", may_be_empty=True),
    "reports:letter": Page("*", may_be_empty=True),
    "reports:chapter": Page("*", args=(("code", "index"),), may_be_empty=True),
    "file": Page("*", of="picture"),
    # --- one's own
    "account": Page("+", "+"),
    "resources:mine": Page("+", "+"),
    "needs:mine": Page("+"),
    "notice_choices": Page("+", "+"),
    "notice_mail": Page("*", "*", may_be_empty=True),
    "session_end": Page("", "self", of="login"),
    "desk": Page("+"),
    "inbox": Page("+"),
    "inbox_read": Page("", "+"),
    "job": Page("self", of="job"),
    "jobs": Page("+"),
    "sheet_batch": Page("self", of="sheet_batch"),
    "sheet_batch_undo": Page("self", "self", of="sheet_batch", may_be_empty=True),
    "sheet_batch_again": Page("", "self", of="sheet_batch", may_be_empty=True),
    "sheet_batch_faults": Page("self", of="sheet_batch", may_be_empty=True),
    # --- staff, auditors
    "components": Page("staff"),
    "audit": Page("auditor"),
    # --- resources
    "resources_desk:list": Page(RESOURCE_READERS),
    "resources_desk:new": Page(MAKERS, MAKERS),
    "resources_desk:organizations": Page("+"),
    "resources_desk:detail": Page(RESOURCE_READERS, of="resource"),
    "resources_desk:preview": Page(RESOURCE_READERS, of="resource"),
    "resources_desk:edit": Page(MAKERS, MAKERS, of="resource"),
    "resources_desk:picture_add": Page("", MAKERS, of="resource"),
    "resources_desk:picture_remove": Page("", MAKERS, of="resource", args=(("picture", first("pictures")),)),
    "resources_desk:link_add": Page("", MAKERS, of="resource"),
    "resources_desk:link_remove": Page("", MAKERS, of="resource", args=(("link", first("links")),)),
    "resources_desk:confirm": Page(
        "", "staff@city district@district district_head@district unit@own", of="resource", may_be_empty=True
    ),
    "resources:confirm": Page("*", "*", may_be_empty=True),
    "resources_desk:likely": Page(MAKERS, sends=(("kind", "venue"), ("title", "馆"))),
    "resources_desk:filter_save": Page(RESOURCE_READERS, RESOURCE_READERS),
    "resources_desk:filter_drop": Page("", "+", may_be_empty=True),
    "resources_desk:bulk": Page(MAKERS, MAKERS),
    "resources_desk:assets": Page(RESOURCE_READERS),
    "resources_desk:asset_new": Page(MAKERS, MAKERS),
    "resources_desk:asset": Page(RESOURCE_READERS, of="asset"),
    "resources_desk:asset_edit": Page(MAKERS, MAKERS, of="asset"),
    "resources_desk:asset_step": Page("", MAKERS, of="asset", args=(("step", "deliver"),)),
    "resources_desk:conversion_add": Page("", MAKERS, of="asset"),
    "resources_desk:conversion_remove": Page(
        "", MAKERS, of="asset", args=(("conversion", first("conversions")),)
    ),
    "resources_desk:pairs": Page("staff"),
    "resources_desk:pair_dismiss": Page("", "staff@city", of="likely_pair"),
    "resources_desk:merge": Page("staff@city", "staff@city", of="resource", args=TWIN),
    "resources_desk:value_restore": Page("", MAKERS, of="resource", sends=EARLIER),
    "resources_desk:step": Page("", MAKERS, of="resource", args=(("step", "submit"),)),
    # --- needs and bookings
    "needs_desk:list": Page(NEED_READERS),
    "needs_desk:detail": Page(NEED_READERS, of="need"),
    "needs_desk:assign": Page("", NEED_OFFICERS, of="need"),
    "needs_desk:step": Page("", NEED_OFFICERS, of="need", args=(("step", "admit"),)),
    "bookings_desk:list": Page(RESOURCE_READERS),
    "bookings_desk:wanted": Page(MAKERS),
    "bookings_desk:offer": Page("staff@city unit@city", "staff@city unit@city", of="need"),
    "bookings_desk:terms": Page(RESOURCE_READERS, MAKERS, of="resource"),
    "bookings_desk:detail": Page(RESOURCE_READERS, of="booking"),
    "bookings_desk:propose": Page("", MAKERS, of="booking"),
    "bookings_desk:reassign": Page("", NEED_OFFICERS, of="booking"),
    "bookings_desk:report": Page("", MAKERS, of="booking"),
    "bookings_desk:prove": Page("", MAKERS, of="booking"),
    "bookings_desk:step": Page("", MAKERS, of="booking", args=(("step", "accept"),)),
    # --- works: calls, applications, blind reviews, contracts
    "works_desk:list": Page(MAKERS),
    "works_desk:export": Page(MAKERS),
    "works_desk:calls": Page("staff"),
    "works_desk:call_new": Page("staff", "staff"),
    "works_desk:call": Page("staff@city", of="work_call"),
    "works_desk:call_edit": Page("staff@city", "staff@city", of="work_call"),
    "works_desk:call_step": Page("", "staff@city", of="work_call", args=(("step", "finish"),)),
    "works_desk:apply": Page("unit@city", "unit@city", of="work_call"),
    "works_desk:application": Page(MAKERS, of="work"),
    "works_desk:edit": Page("unit@own", "unit@own", of="work"),
    "works_desk:step": Page("", "unit@own", of="work", args=(("step", "withdraw"),)),
    "works_desk:file_add": Page("", "unit@own", of="work"),
    "works_desk:file_remove": Page("", "unit@own", of="work", args=(("file", first("files")),)),
    "works_desk:assign": Page("", "staff@city", of="work"),
    "works_desk:support": Page("", "staff@city", of="work"),
    "works_desk:decline": Page("", "staff@city", of="work"),
    "works_desk:review_replace": Page("", "staff@city", of="work_review"),
    "works_desk:milestones": Page(MAKERS),
    "works_desk:milestone_deliver": Page("", "unit@own", of="work_milestone"),
    "works_desk:milestone_approve": Page("", "staff@city", of="work_milestone"),
    "works_desk:milestone_return": Page("", "staff@city", of="work_milestone"),
    "works_desk:milestone_pay": Page("", "staff@city", of="work_milestone"),
    "works_desk:sign": Page("staff@city", "staff@city", of="contracted"),
    "works_desk:contract": Page(MAKERS, of="contracted"),
    "works_desk:contract_pdf": Page(MAKERS, of="contracted"),
    "works_desk:amend": Page("staff@city", "staff@city", of="contracted"),
    "works_desk:accept": Page("", "staff@city", of="contracted"),
    "works_desk:return_work": Page("", "staff@city", of="contracted"),
    "works_desk:terminate": Page("", "staff@city", of="contracted"),
    "works_desk:make_resource": Page("", MAKERS, of="contracted"),
    "works_desk:attention_add": Page("", MAKERS, of="contracted"),
    "work_reviews:list": Page("expert"),
    "work_reviews:interests": Page("expert", "expert"),
    "work_reviews:review": Page("self", "self", of="work_review"),
    "work_reviews:recuse": Page("", "self", of="work_review"),
    "work_reviews:file": Page("self", of="work_review", args=(("number", 1),), may_be_empty=True),
    # --- the census
    "census_desk:list": Page(CENSUS_READERS),
    "census_desk:new": Page("staff", "staff"),
    "census_desk:round": Page(CENSUS_READERS, of="census"),
    "census_desk:edit": Page("staff@city", "staff@city", of="census"),
    "census_desk:close": Page("staff@city", "staff@city", of="census"),
    "census_desk:again": Page("", "staff@city", of="closed_census"),
    "census_desk:join": Page("", CENSUS_OFFICERS, of="census"),
    "census_desk:units": Page(CENSUS_READERS, of="census"),
    "census_desk:accept_all": Page("", "staff@city", of="census"),
    "census_desk:remind": Page(CENSUS_OFFICERS, CENSUS_OFFICERS, of="census"),
    "census_desk:workbook": Page(CENSUS_READERS, of="census"),
    "census_desk:upload": Page(CENSUS_READERS, CENSUS_READERS, of="census"),
    "census_desk:upload_keep": Page("", CENSUS_READERS, of="census"),
    "census_desk:upload_faults": Page("", CENSUS_READERS, of="census"),
    "census_desk:round_step": Page("", "staff@city", of="census", args=(("step", "start_checking"),)),
    "census_desk:unit": Page(CENSUS_SHEETS, CENSUS_SHEETS, of="census_unit"),
    "census_desk:add": Page(CENSUS_SHEETS, CENSUS_SHEETS, of="census_unit"),
    "census_desk:unit_workbook": Page(CENSUS_SHEETS, of="census_unit"),
    "census_desk:unit_step": Page("", CENSUS_SHEETS, of="census_unit", args=(("step", "confirm_all"),)),
    "census_desk:row": Page(CENSUS_SHEETS, CENSUS_SHEETS, of="census_row"),
    "census_desk:drop": Page("", CENSUS_SHEETS, of="census_row"),
    "routes_desk:list": Page(RESOURCE_READERS),
    "routes_desk:new": Page(MAKERS, MAKERS),
    "routes_desk:detail": Page(RESOURCE_READERS, of="route"),
    "routes_desk:edit": Page(MAKERS, MAKERS, of="route"),
    "routes_desk:step": Page("", MAKERS, of="route", args=(("step", "submit"),)),
    # --- the library
    "library:list": Page("*"),
    "library:glossary": Page("*"),
    "library:document": Page("*", of="library"),
    "library:version": Page("*", of="library", args=(("number", 1),)),
    "library:compare": Page("*", of="library", args=(("before", 1), ("after", 1))),
    "library:comment_new": Page("*", "*", of="library", args=(("number", 1),)),
    "library:comments": Page("*", of="library", args=(("number", 1),)),
    "library:comment": Page("*", of="comment"),
    "library_desk:list": Page(f"{PROPOSERS} staff"),
    "library_desk:new": Page("staff", "staff"),
    "library_desk:propose": Page(f"{PROPOSERS} staff", f"{PROPOSERS} staff"),
    "library_desk:comments": Page("staff"),
    "library_desk:comment": Page("staff@city", "staff@city", of="comment"),
    "library_desk:terms": Page("staff"),
    "library_desk:term_new": Page("staff", "staff"),
    "library_desk:term": Page("staff@city", "staff@city", of="term"),
    "library_desk:document": Page("staff@city", "staff@city", of="library"),
    "library_desk:version_new": Page("", "staff@city", of="library"),
    "library_desk:version": Page("staff@city", "staff@city", of="library", args=(("number", 1),)),
    "library_desk:version_step": Page(
        "", "staff@city", of="library", args=(("number", 1), ("step", "close"))
    ),
    # --- supervision
    "guidance:list": Page("*"),
    "guidance:page": Page("*", of="guidance"),
    # --- the plan and its tasks
    "plan:page": Page("*"),
    "plan:page_of": Page("*", of="plan"),
    "plan_desk:board": Page(TASK_DESK),
    "plan_desk:overview": Page(TASK_DESK),
    "plan_desk:coverage": Page(TASK_DESK),
    "plan_desk:tasks": Page(TASK_DESK),
    "plan_desk:task_new": Page(ASSIGNERS, ASSIGNERS),
    "plan_desk:task": Page(TASK_SEERS, of="task"),
    "plan_desk:task_divide": Page(DIVIDERS, DIVIDERS, of="district_task"),
    "plan_desk:task_report": Page("", TASK_SEERS, of="task"),
    "plan_desk:task_step": Page("", "staff@city", of="task", args=(("step", "cancel"),)),
    "plan_desk:plan": Page("staff@city", of="plan"),
    "plan_desk:successor": Page("staff@city", "staff@city", of="plan"),
    "plan_desk:adopt": Page("", "staff@city", of="plan"),
    "plan_desk:section_new": Page("staff@city", "staff@city", of="plan"),
    "plan_desk:section": Page("staff@city", "staff@city", of="plan", args=part_of("projects")),
    "plan_desk:measure_new": Page("staff@city", "staff@city", of="plan"),
    "plan_desk:measure": Page("staff@city", "staff@city", of="plan", args=part_of("measures")),
    "plan_desk:measure_remove": Page("", "staff@city", of="plan", args=part_of("measures")),
    "plan_desk:target_new": Page("staff@city", "staff@city", of="plan"),
    "plan_desk:target": Page("staff@city", "staff@city", of="plan", args=part_of("targets")),
    "plan_desk:target_actual": Page("staff@city", "staff@city", of="plan", args=part_of("targets")),
    "plan_desk:target_path": Page("staff@city", "staff@city", of="plan", args=part_of("targets")),
    "plan:major": Page("*", args=(("code", "new-museum"),)),
    "plan_desk:gaps": Page("staff@city", of="plan"),
    "plan_desk:gap_new": Page("staff@city", "staff@city", of="plan"),
    "plan_desk:gap": Page("staff@city", "staff@city", of="plan", args=part_of("gaps")),
    "plan_desk:major_new": Page("staff@city", "staff@city", of="plan"),
    "plan_desk:major_edit": Page("staff@city", "staff@city", of="plan", args=part_of("majors")),
    "plan_desk:milestones": Page("staff@city", "staff@city", of="plan", args=part_of("majors")),
    # --- the joint meeting
    "coordination:members": Page("staff@city unit@city"),
    "coordination:member": Page(MEMBERS, MEMBERS, of="member"),
    "coordination:meetings": Page("staff@city unit@city"),
    "coordination:meeting_new": Page("staff", "staff"),
    "coordination:meeting": Page(MEMBERS, of="meeting"),
    "coordination:meeting_edit": Page("staff@city", "staff@city", of="meeting"),
    "coordination:minutes": Page("", "staff@city", of="meeting"),
    "coordination:meeting_close": Page("", "staff@city", of="meeting"),
    "coordination:follow_up": Page("staff@city", "staff@city", of="meeting"),
    "coordination:year": Page("staff"),
    "coordination:duties": Page("staff@city unit@city"),
    "coordination:duty": Page("staff@city", "staff@city", of="duty"),
    "coordination:reports": Page("staff@city unit@city", "staff"),
    "coordination:report": Page(MEMBERS, MEMBERS, of="duty_report"),
    "coordination:decide": Page("", "staff@city", of="duty_report", args=(("step", "accept"),)),
    # --- money
    "funds:gifts": Page("*"),
    "funds_desk:lines": Page(FUND_DESK),
    "funds_desk:line_new": Page(FUND_OFFICERS, FUND_OFFICERS),
    "funds_desk:line": Page(FUND_SEERS, of="budget_line"),
    "funds_desk:line_edit": Page(FUND_HEADS, FUND_HEADS, of="budget_line"),
    "funds_desk:target_add": Page("", FUND_HEADS, of="budget_line"),
    "funds_desk:evaluate": Page("", FUND_SEERS, of="budget_line"),
    "funds_desk:entry_add": Page("", FUND_SEERS, of="budget_line", args=(("kind", "payment"),)),
    "funds_desk:entry_cancel": Page(
        "", FUND_SEERS, of="budget_line", args=(("entry", lambda line: line.paid_pk),)
    ),
    "funds_desk:research": Page("staff", "staff"),
    "funds_desk:donations": Page(FUND_DESK),
    "funds_desk:donation_new": Page(FUND_DESK, FUND_DESK),
    "funds_desk:donation": Page(FUND_SEERS, of="gift"),
    "funds_desk:donation_use": Page("", FUND_SEERS, of="gift"),
    "funds_desk:receipt_issue": Page("", FUND_SEERS, of="gift"),
    "funds_desk:receipt": Page(FUND_SEERS, of="gift"),
    "supervision_desk:list": Page(SUPERVISED),
    "supervision_desk:plans": Page("staff"),
    "supervision_desk:plan_new": Page("staff", "staff"),
    "supervision_desk:plan": Page("staff@city", of="inspection_plan"),
    "supervision_desk:plan_edit": Page("staff@city", "staff@city", of="inspection_plan"),
    "supervision_desk:plan_step": Page(
        "", "staff@city", of="inspection_plan", args=(("step", "close_plan"),)
    ),
    "supervision_desk:inspection": Page(TITLE_CASES, TITLE_CASES, of="inspection", may_be_empty=True),
    "supervision_desk:mend": Page("", TITLE_CASES, of="inspection", may_be_empty=True),
    "supervision_desk:recheck": Page("", TITLE_CASES, of="inspection", may_be_empty=True),
    "supervision_desk:checklists": Page("staff"),
    "supervision_desk:checklist_new": Page("staff", "staff"),
    "supervision_desk:checklist": Page(SUPERVISED, of="checklist"),
    "supervision_desk:self_checks": Page(SUPERVISED),
    "supervision_desk:self_check": Page(SELF_CHECKS, of="self_check"),
    "supervision_desk:self_check_form": Page("unit@own", "unit@own", of="checked_body"),
    "supervision_desk:self_check_remind": Page("", "staff district district_head"),
    "supervision_desk:questions": Page(SUPERVISED, SUPERVISED),
    "supervision_desk:question": Page("staff@city", "staff@city", of="guidance", may_be_empty=True),
    # --- titles
    "indicators:target_figure": Page(
        "staff@city", "staff@city", of="plan", args=(("pk", lambda plan: plan.targets.first().pk),)
    ),
    "titles_desk:deal": Page("", "staff"),
    "titles_desk:checks": Page("expert"),
    "titles_desk:check": Page("self", "self", of="checked_year"),
    "titles_desk:check_give_back": Page("", "self", of="checked_year"),
    "bases:list": Page("*"),
    "bases:round": Page("*", of="title_round"),
    "bases:object": Page("*", "*", of="noticed"),
    "bases:objection": Page("*", of="objection"),
    "base": Page("*", of="holder"),
    "titles_desk:list": Page(TITLE_DESK),
    "titles_desk:round_new": Page("staff", "staff"),
    "titles_desk:round": Page(TITLE_DESK, of="title_round"),
    "titles_desk:round_edit": Page("staff@city", "staff@city", of="title_round"),
    "titles_desk:round_step": Page("", "staff@city", of="title_round", args=(("step", "begin_review"),)),
    "titles_desk:apply": Page(
        "district@city district_head@city unit@city",
        "district@city district_head@city unit@city",
        of="title_round",
    ),
    "titles_desk:summary": Page(
        "staff@city district@city district_head@city", of="title_round", may_be_empty=True
    ),
    "titles_desk:cases": Page(TITLE_DESK),
    "titles_desk:case": Page(TITLE_CASES, of="application"),
    "titles_desk:case_edit": Page("unit@own", "unit@own", of="application"),
    "titles_desk:case_cells": Page("unit@own", "unit@own", of="application"),
    "titles_desk:contest": Page("unit@own", "unit@own", of="application"),
    "titles_desk:case_check": Page("unit@own", "unit@own", of="application"),
    "titles_desk:file_add": Page("", "unit@own", of="application"),
    "titles_desk:file_remove": Page("", "unit@own", of="application", args=(("file", first("files")),)),
    "titles_desk:receipt": Page(TITLE_CASES, of="application"),
    "titles_desk:decision": Page("staff@city", of="title_round"),
    "titles_desk:decision_pdf": Page("staff@city", of="title_round"),
    "titles_desk:decision_step": Page("", "staff@city", of="title_round", args=(("step", "remind"),)),
    "titles_desk:progress": Page("staff@city", of="title_round"),
    "titles_desk:panel": Page("staff@city", "staff@city", of="application"),
    "titles_desk:visit": Page("staff@city", "staff@city", of="application"),
    "titles_desk:photo_add": Page("", "staff@city", of="application"),
    "titles_desk:objections": Page("staff"),
    "titles_desk:objection": Page("staff@city", "staff@city", of="objection"),
    "titles_desk:certificate": Page(TITLE_CASES, of="granted", args=(("kind", "certificate"),)),
    "titles_desk:assessments": Page(TITLE_DESK),
    "titles_desk:year_open": Page("", "staff"),
    "titles_desk:pass_all": Page("", "staff"),
    "titles_desk:assessment": Page(TITLE_CASES, TITLE_CASES, of="year", may_be_empty=True),
    "titles_desk:assessment_decide": Page("", TITLE_CASES, of="year", may_be_empty=True),
    "titles_desk:assessment_rectify": Page("", TITLE_CASES, of="year", may_be_empty=True),
    "titles_desk:funding": Page("staff", "staff"),
    "titles_desk:held_list": Page(TITLE_DESK),
    "titles_desk:held": Page(TITLE_CASES, of="granted"),
    "titles_desk:transfer": Page("", "staff@city", of="granted"),
    "titles_desk:confirm": Page("", "staff@city", of="granted"),
    "titles_desk:revoke": Page("", "staff@city", of="granted"),
    "titles_desk:repay": Page("", "staff@city", of="granted", args=(("owed", first("claw_backs")),)),
    "titles_desk:reviews": Page("expert"),
    "titles_desk:review": Page("self", "self", of="review"),
    "titles_desk:review_file": Page("self", of="review", args=(("key", "f1"),), may_be_empty=True),
    "titles_desk:recuse": Page("", "self", of="review"),
    "titles_desk:redraw": Page("", "staff@city", of="review"),
    "titles_desk:formal": Page("staff@city", "staff@city", of="application"),
    "titles_desk:case_step": Page(
        "", TITLE_CASES, of="application", args=(("step", "withdraw"),), may_be_empty=True
    ),
    # --- events
    "events_desk:list": Page(RESOURCE_READERS),
    "events_desk:new": Page(MAKERS, MAKERS),
    "events_desk:detail": Page(RESOURCE_READERS, of="event"),
    "events_desk:edit": Page(MAKERS, MAKERS, of="event"),
    "events_desk:step": Page("", MAKERS, of="event", args=(("step", "submit"),)),
    "events_desk:attendance": Page("", MAKERS, of="session"),
    "events_desk:check_in": Page("", MAKERS, of="session"),
    "events_desk:results": Page(MAKERS, MAKERS, of="session"),
    "events_desk:result_withdraw": Page("", MAKERS, of="result"),
    "events_desk:sign_ups": Page(MAKERS, of="session"),
    # --- talent
    "mentor:projects": Page("+"),
    "talent_desk:people": Page(RETURN_READERS, RETURN_READERS),
    "talent_desk:units": Page(RETURN_READERS),
    "talent_desk:mine": Page("+"),
    "talent_desk:person": Page(RETURN_READERS, "staff@city", of="person"),
    "talent_desk:panel": Page("", "staff@city", of="person"),
    "talent_desk:take_back": Page("", "staff@city", of="service"),
    # --- statistics
    "index_desk:home": Page("staff"),
    "index_desk:compute": Page("", "staff"),
    "index_desk:run": Page("staff@city", of="run"),
    "index_desk:vintage": Page("staff@city", of="vintage"),
    "index_desk:rebuild": Page("", "staff@city", of="vintage"),
    "index_desk:vintage_step": Page("", "staff@city", of="vintage", args=(("step", "freeze"),)),
    "index_desk:edition_new": Page("staff", "staff"),
    "index_desk:edition": Page("staff", "staff", args=DRAFT),
    "index_desk:edition_step": Page("", "staff", args=(*DRAFT, ("step", "adopt"))),
    "index_desk:opinion_import": Page("", "staff", args=DRAFT),
    "index_desk:opinion_sheet": Page("staff", args=(*DRAFT, ("kind", "ahp"))),
    "index_desk:opinion_drop": Page("", "staff@city", of="opinion", args=DRAFT),
    "index_desk:indicator": Page("staff", "staff", args=(*DRAFT, ("indicator", "literacy"))),
    "index_desk:indicator_new": Page("staff", "staff", args=DRAFT),
    "index_desk:node": Page("staff", "staff", args=(*DRAFT, ("node", "people"))),
    "index_desk:weigh": Page("", "staff", args=(*DRAFT, ("node", "people"))),
    "index_desk:opinion_give": Page("", "staff", args=(*DRAFT, ("node", "people"), ("kind", "expert"))),
    "indicators_desk:list": Page(RETURN_SEERS),
    "indicators_desk:board": Page(RETURN_SEERS),
    "indicators_desk:figures": Page(RETURN_SEERS),
    "indicators_desk:period_new": Page("staff", "staff"),
    "indicators_desk:forms": Page("staff"),
    "indicators_desk:form": Page("staff@city", of="form"),
    "indicators_desk:form_workbook": Page("staff@city", of="form"),
    "indicators_desk:form_next": Page("staff@city", "staff@city", of="form"),
    "indicators_desk:form_publish": Page("", "staff@city", of="form_draft"),
    "indicators_desk:form_drop": Page("", "staff@city", of="form_draft"),
    "indicators_desk:wish": Page(
        "", "district_head@district", of="district", sends=(("region", lambda district: district.code),)
    ),
    "indicators_desk:detail": Page(RETURN_READERS, FILLERS, of="return"),
    "indicators_desk:cells": Page(FILLERS, FILLERS, of="return"),
    "indicators_desk:sheet": Page(FILLERS, FILLERS, of="return"),
    "indicators_desk:workbook": Page(RETURN_READERS, of="return"),
    "indicators_desk:remark": Page("", RETURN_READERS, of="return"),
    "indicators_desk:settle": Page("", "staff@city", of="return"),
    "indicators_desk:extend": Page("", "staff@city", of="return"),
    "indicators_desk:sign_off": Page(RETURN_READERS, of="return"),
    "indicators_desk:step": Page("", "staff@city", of="return", args=(("step", "accept"),)),
    "indicators_desk:print": Page(RETURN_READERS, of="return"),
    "indicators_desk:source": Page(RETURN_READERS, of="return", args=(("key", "KR110"),), may_be_empty=True),
    "reports_desk:list": Page(REPORTERS, REPORTERS),
    "reports_desk:detail": Page(REPORTERS_THERE, of="report", may_be_empty=True),
    "reports_desk:file": Page(REPORTERS_THERE, of="report"),
    "reports_desk:annex": Page(REPORTERS_THERE, of="report"),
    "reports_desk:letter": Page(REPORTERS_THERE, of="report"),
    "reports_desk:letter_head": Page("", REPORTERS_THERE, of="report", may_be_empty=True),
    "reports_desk:renew": Page("", REPORTERS_THERE, of="report", may_be_empty=True),
    "reports_desk:words_new": Page("", REPORTERS_THERE, of="report", may_be_empty=True),
    "reports_desk:step": Page(
        "", REPORTERS_THERE, args=(("step", "submit"),), of="report", may_be_empty=True
    ),
    "reports_desk:part": Page(
        REPORTERS_THERE, REPORTERS_THERE, args=(("code", "index"),), of="report", may_be_empty=True
    ),
    "reports_desk:remark": Page(
        "", "staff@city district_head@district", of="report_in_review", args=(("code", "index"),)
    ),
    "reports_desk:answer": Page("", REPORTERS_THERE, of="report", args=(("code", "index"), REMARK)),
    "reports_desk:part_change": Page(
        "", REPORTERS_THERE, args=(("code", "index"), ("change", "up")), of="report", may_be_empty=True
    ),
    # --- children: their own school, nobody else
    "youth_credits:start": Page(SCHOOLS),
    "youth_credits:student_list": Page(SCHOOLS, SCHOOLS),
    "youth_credits:student_detail": Page(SCHOOLS, of="student"),
    "youth_credits:student_reveal": Page("", SCHOOLS, of="student"),
    "youth_credits:student_consent": Page("", CLERKS, of="student"),
    "youth_credits:student_withdraw": Page("", CLERKS, of="student"),
    "youth_credits:transcript": Page("", SCHOOLS, of="student"),
    "youth_credits:unbind": Page("", CLERKS, of="student", args=(("bond", 1),), may_be_empty=True),
    "youth_credits:slips": Page(CLERKS, CLERKS),
    "youth_credits:credit_upload": Page(CLERKS, CLERKS),
    "youth_credits:credit_template": Page(CLERKS),
    "youth_credits:roll_upload": Page(CLERKS, CLERKS),
    "youth_credits:roll_template": Page(CLERKS),
    "youth_credits:grid": Page(CLERKS, CLERKS),
    "youth_credits:batch_list": Page(SCHOOLS),
    "youth_credits:batch_detail": Page(SCHOOLS, of="batch"),
    "youth_credits:batch_keep": Page("", CLERKS, of="batch"),
    "youth_credits:batch_drop": Page("", CLERKS, of="batch"),
    "youth_credits:batch_retry": Page("", CLERKS, of="batch"),
    "youth_credits:batch_undo": Page("", CLERKS, of="batch"),
    "youth_credits:batch_faults": Page(CLERKS, of="batch", may_be_empty=True),
    "youth_credits:batch_verify": Page("", VERIFIERS, of="batch"),
    "youth_credits:batch_return": Page("", VERIFIERS, of="batch"),
    "youth_credits:entries_return": Page("", VERIFIERS, of="batch"),
    "youth_credits:verify": Page(VERIFIERS),
    "youth_credits:special_new": Page(CLERKS, CLERKS, of="student"),
    "youth_credits:special_list": Page(SCHOOLS),
    "youth_credits:special_decide": Page("", VERIFIERS, of="special"),
    "youth_credits:special_proof": Page(SCHOOLS, of="special", may_be_empty=True),
    "youth_credits:school_report": Page(SCHOOLS),
    "youth_credits:overview": Page("staff@city district@city district_head@city education@city"),
    "youth_credits:suspicion_list": Page("school_verifier@own education@district"),
    "youth_credits:suspicion_detail": Page(SUSPICION_WORKERS, SUSPICION_WORKERS, of="suspicion"),
    "youth_credits:course_list": Page(f"{SCHOOLS} {COURSE_SIDES}"),
    "youth_credits:course_new": Page("unit@own", "unit@own"),
    "youth_credits:course_detail": Page(COURSE_SIDES, of="course"),
    "youth_credits:course_edit": Page("unit@own", "unit@own", of="course"),
    "youth_credits:course_submit": Page("", "unit@own", of="course"),
    "youth_credits:course_decide": Page("", "staff@city education@district", of="course"),
    "youth_credits:courses_stop": Page(
        "staff@city education@district", "staff@city education@district", of="course_base"
    ),
    "youth_credits:outing_list": Page(f"{SCHOOLS} unit@own"),
    "youth_credits:outing_new": Page(CLERKS, CLERKS),
    "youth_credits:outing_detail": Page(f"{SCHOOLS} unit@own", "unit@own", of="outing"),
    "youth_credits:outing_record": Page("", CLERKS, of="outing"),
    "youth_credits:outing_cancel": Page("", CLERKS, of="outing"),
    "youth_credits:export_list": Page(SCHOOLS, SCHOOLS),
    "youth_credits:export_file": Page(SCHOOLS, of="credit_export", may_be_empty=True),
    "youth_credits:student_new": Page(CLERKS, CLERKS),
    "youth_credits:student_number": Page("", CLERKS, of="student"),
    "youth_credits:student_slip": Page("", CLERKS, of="student"),
    "youth_credits:student_card": Page("", CLERKS, of="student"),
    "youth_credits:student_card_lost": Page("", CLERKS, of="student", args=CARD),
    "youth_credits:pass_cards": Page(CLERKS, CLERKS),
    "youth_credits:visit_list": Page(CLERKS),
    "youth_credits:visit_record": Page("", CLERKS, of="visited"),
    "youth_credits:result_list": Page(CLERKS),
    "youth_credits:result_record": Page("", CLERKS, of="contest"),
    "youth_credits:team_list": Page(SCHOOLS),
    "youth_credits:team_forget": Page("", CLERKS, of="team_certificate"),
    "youth_credits:claim_list": Page(CLERKS, CLERKS),
    "youth_credits:claim_proof": Page(SCHOOLS, of="claim", may_be_empty=True),
    "youth_credits:roll_over": Page(CLERKS, CLERKS),
    "youth_credits:roll_over_undo": Page("", CLERKS, of="rollover"),
    "youth_credits:transfer_list": Page(SCHOOLS),
    "youth_credits:transfer_new": Page(CLERKS, CLERKS),
    "youth_credits:transfer_withdraw": Page("", CLERKS, of="transferin"),
    "youth_credits:transfer_out": Page(CLERKS, CLERKS, of="transferout"),
    "youth_credits:transfer_take_back": Page("", CLERKS, of="transferout"),
    "youth_credits:student_release": Page(CLERKS, CLERKS, of="student"),
    "youth_credits:publications": Page(SCHOOLS, VERIFIERS, may_be_empty=True),
    "youth_credits:publication": Page(SCHOOLS, of="publication"),
    "youth_credits:publication_reopen": Page("", VERIFIERS, of="publication"),
    "youth_credits:appeals": Page(SCHOOLS),
    "youth_credits:appeal": Page(SCHOOLS, of="appeal"),
    "youth_credits:appeal_answer": Page("", VERIFIERS, of="appeal"),
    "youth_credits:appeal_escalate": Page("", CLERKS, of="appeal"),
    "youth_credits:appeal_take_back": Page("", VERIFIERS, of="appeal"),
    "youth_credits:appeal_paper": Page(CLERKS, CLERKS, of="student"),
    "youth_credits:views": Page(SCHOOLS),
    # --- offices that oversee schools; nobody among them sees a child without a case
    "youth_credits:nominate": Page(CLERKS, CLERKS, of="student"),
    "youth_credits:nominations": Page(SCHOOLS),
    "youth_credits:nomination": Page(SCHOOLS, of="nomination"),
    "youth_credits:nomination_step": Page("", SCHOOLS, of="nomination", args=(("step", "end"),)),
    "youth_credits:class_transcripts": Page(SCHOOLS, SCHOOLS),
    "youth_credits:rights_requests": Page(SCHOOLS),
    "youth_credits:rights_request": Page(SCHOOLS, of="right"),
    "youth_credits:rights_answer": Page("", VERIFIERS, of="right"),
    "youth_credits:rights_copy": Page(SCHOOLS, of="right"),
    "youth_credits:rights_letter": Page(SCHOOLS, of="answered"),
    "youth_credits:rights_paper": Page(CLERKS, CLERKS, of="student"),
    "youth_credits:protection_report": Page(SCHOOLS),
    "protection:start": Page("staff"),
    "protection:plan_stop": Page("", "staff@city", of="retention_plan"),
    "protection:incident_new": Page("staff", "staff"),
    "oversight:start": Page(OFFICES),
    "oversight:case_new": Page(OFFICES, OFFICES),
    "oversight:case": Page(OFFICES, of="case"),
    "oversight:case_approve": Page("", OFFICES, of="case", may_be_empty=True),
    "oversight:case_refuse": Page("", OFFICES, of="case"),
    "oversight:case_end": Page("", OFFICES, of="case"),
    # Refused and written down, not hidden, to an office that knows of the case.
    "oversight:record": Page("education@district", of="open_case", may_be_empty=True),
    "oversight:appeal": Page("education@district", of="climbed"),
    "oversight:appeal_decide": Page("", "education@district", of="climbed"),
    "oversight:appeal_case": Page("", "education@district", of="climbed"),
    "oversight:check_new": Page("education", "education"),
    "oversight:check": Page(OFFICES, of="check"),
    "oversight:check_approve": Page("", OFFICES, of="check", may_be_empty=True),
    "oversight:check_finish": Page("", "education@district", of="check"),
    "oversight:drawn": Page("education@district", "education@district", of="check", args=DRAWN),
    "oversight:drawn_open": Page("", "education@district", of="check", args=DRAWN),
    # --- a guardian's own children
    "guardian_public:open": Page("*", "*"),
    "guardian:children": Page("guardian"),
    "guardian:add_child": Page("guardian", "guardian"),
    "guardian:child": Page("guardian@ward", of="ward"),
    "guardian:consent": Page("guardian@ward", "guardian@ward", of="ward"),
    "guardian:claim_new": Page("guardian@ward", "guardian@ward", of="ward"),
    "guardian:appeal_new": Page("guardian@ward", "guardian@ward", of="ward"),
    "guardian:appeal": Page("guardian@ward", of="ward_appeal"),
    "guardian:appeal_escalate": Page("", "guardian@ward", of="ward_appeal"),
    "guardian:appeal_withdraw": Page("", "guardian@ward", of="ward_appeal"),
    "guardian:nomination": Page("guardian@ward", of="ward_nomination"),
    "guardian:nomination_agree": Page("", "guardian@ward", of="ward_nomination"),
    "guardian:nomination_decline": Page("", "guardian@ward", of="ward_nomination"),
    "guardian:transcript": Page("", "guardian@ward", of="ward"),
    "guardian:credential_new": Page("", "guardian@ward", of="ward"),
    "guardian:credential": Page("guardian@ward", of="ward", args=CREDENTIAL),
    "guardian:right_new": Page("guardian@ward", "guardian@ward", of="ward"),
    "guardian:right": Page("guardian@ward", of="ward_right"),
    "guardian:right_copy": Page("guardian@ward", of="answered"),
    "guardian:right_withdraw": Page("", "guardian@ward", of="ward_right"),
    "guardian:withdraw": Page("", "guardian@ward", of="ward"),
    "youth_credits:rule_sets": Page("staff"),
    "youth_credits:rule_set_new": Page("staff", "staff"),
    "youth_credits:rule_set": Page("staff@city", of="rule_set"),
    "youth_credits:rule_set_edit": Page("staff@city", "staff@city", of="rule_set"),
    "youth_credits:rule_set_approve": Page("", "staff@city", of="rule_set"),
    "youth_credits:rule_set_drop": Page("", "staff@city", of="rule_set"),
    "youth_credits:rule_set_try": Page("", "staff@city", of="rule_set"),
    "youth_credits:rule_new": Page("staff@city", "staff@city", of="rule_set"),
    "youth_credits:rule_edit": Page("staff@city", "staff@city", of="rule"),
    "youth_credits:rule_remove": Page("", "staff@city", of="rule"),
    "youth_credits:rule_trial": Page("staff@city", of="rule_trial", may_be_empty=True),
}
# Who is asked about pages that answer everybody alike.
OF_THE_PUBLIC = {"stranger", "nobody", "staff", "guardian", "disabled", "no_mfa"}
# Who asks in every way there is, and for a record that is not there, even where they are not named.
IN_EVERY_WAY = {"staff", "school_b"}
# The same role at another place: where the role is not named, the first of it stands for both.
SAME_ROLE = {"officer_b", "unit_b", "school_near"}
# Who belongs to one school or unit, not to a district or the city.
HOUSE_ROLES = {"school", "school_verifier", "unit"}
# Open data: everybody reads, nobody writes.
OPEN_DATA = re.compile(r"^api/v1/")
# One's own account, by django-allauth: no record of another person can be named there.
ACCOUNT = re.compile(r"^accounts/")


def declared(name: str, route: str) -> bool:
    elsewhere = route.startswith("admin/")  # tests/test_register_access.py
    return name in PAGES or elsewhere or bool(OPEN_DATA.match(route) or ACCOUNT.match(route))


@pytest.fixture
def world(world):
    return complete(world)


def test_every_address_stands_in_the_table():
    undeclared = [f"{name} ({route})" for name, route in patterns() if not declared(name, route)]

    assert undeclared == [], "say in tests/test_access.py who reaches these"


def test_no_line_of_the_table_is_left_over():
    names = {name for name, _ in patterns()}

    assert set(PAGES) - names == set()


def test_everybody_reaches_what_the_table_says_and_nothing_else(world):
    clients = {who: world.client(who) for who in ACTORS}
    routes = {name: route for name, route in patterns() if name in PAGES}
    wrong, cells = [], 0
    for name, page in PAGES.items():
        for who, client in clients.items():
            if _speaks(page, who):
                cells += _ask_page(world, name, routes[name], page, who, client, wrong)

    print(f"{cells} cells")
    assert not wrong, "\n".join(wrong)
    assert cells >= 5_000


def _speaks(page, who) -> bool:
    """Whether this person is asked about the page, or another stands for them."""
    if page.get == "*":
        return who in OF_THE_PUBLIC
    return who not in SAME_ROLE or _is_named(page, post_of(who)[0])


def _ask_page(world, name, route, page, who, client, wrong) -> int:
    """Ask one page as one person, in every way that can tell; returns how many requests that were."""
    asked = 0
    for method in _methods(page, who):
        things = _things(world, name, route, page, who, method)
        missing = address_of(name, route, page, None)
        gone = ask(client, method, missing, page.sent(None)) if "gone" in things else None
        for place, thing in things.items():
            address = address_of(name, route, page, thing)
            answer = gone if place == "gone" else ask(client, method, address, page.sent(thing))
            asked += 1
            right = wanted(world, page, address, who, method, thing, place)
            words = f"{method} {name} as {who} about {place or 'nothing'}: {answer.status} {answer.kind}"
            if answer.kind not in right:
                wrong.append(f"{words}, not {' or '.join(sorted(right))}")
            elif answer.kind == "closed" and gone and not page.may_be_empty and _differs(answer, gone):
                wrong.append(f"{words}, and not what a record that is not there answers ({gone.status})")
    return asked


def _methods(page, who) -> tuple[str, ...]:
    """Those in which the page is offered; the others answer everybody alike: two people say it for all."""
    if who in IN_EVERY_WAY:
        return METHODS
    return tuple(method for method, reach in (("GET", page.get), ("POST", page.post)) if reach)


def _things(world, name, route, page, who, method) -> dict:
    """The records to ask about by their place, "gone" for one that is not there, "" for none."""
    if not page.of:
        has_parameters = any(name not in dict(page.args) for _, name in PARAMETER.findall(route))
        return {"gone": None} if has_parameters else {"": None}
    things = world.things[page.of]
    if method not in METHODS[:2]:  # refused or answered before any record is looked for
        return {"here": things["here"]}
    role, where = post_of(who)
    if not _is_named(page, role) and page.get != "*":
        # Closed wherever it is: what is nearest to them stands for all.
        nearest = where if where in things else "here"
        gone = {"gone": None} if who in IN_EVERY_WAY else {}
        return {nearest: things[nearest], **gone}
    if (
        role not in HOUSE_ROLES
    ):  # another house in the same district is to a person of no house as the one "here"
        things = {place: thing for place, thing in things.items() if place in ("here", "far")}
    return {**things, "gone": None}


def _is_named(page, role: str) -> bool:
    reach = f"{page.get} {page.post}"
    return any(word.partition("@")[0] in ("*", "+", "self", role) for word in reach.split())


def _differs(answer, gone) -> bool:
    return (answer.status, answer.text) != (gone.status, gone.text)


def test_open_data_is_read_by_everybody_and_written_by_nobody(world):
    wrong = []
    for who in ("stranger", "staff", "unit"):
        client = world.client(who)
        for _, route in patterns():
            if OPEN_DATA.match(route) and "<" not in route:
                for method in METHODS:
                    answer = ask(client, method, f"/{route}")
                    if answer.kind == "fault" or (method != "GET" and "未公开" in answer.text):
                        wrong.append(f"{method} {route} as {who}: {answer.status}")
                    if "未公开" in answer.text:
                        wrong.append(f"{method} {route} as {who} names a draft")
    assert not wrong, "\n".join(wrong)


def test_account_pages_answer_everybody_without_a_fault(world):
    wrong = []
    for who in ("stranger", "nobody", "staff", "unit", "disabled", "no_mfa"):
        client = world.client(who)
        for name, route in patterns():
            if ACCOUNT.match(route) and "<" not in route:
                for method in ("GET", "POST"):
                    answer = ask(client, method, f"/{route}")
                    if answer.kind == "fault":
                        wrong.append(f"{method} {name} as {who}: {answer.status}")
    assert not wrong, "\n".join(wrong)


def test_places_have_records_of_every_kind(world):
    assert all("here" in things and (len(things) > 1 or len(PLACES) == 3) for things in world.things.values())
