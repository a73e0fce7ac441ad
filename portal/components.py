"""The gallery at /desk/components/: every component in every state, for those who build and test."""

from datetime import datetime, timedelta

import segno
from django import forms
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from portal import charts, maps
from portal.charts import Chart
from portal.fields import NameInput
from portal.keyset import KeysetPage
from portal.roles import Role

DISTRICTS = [
    "福田区",
    "罗湖区",
    "盐田区",
    "南山区",
    "宝安区",
    "龙岗区",
    "龙华区",
    "坪山区",
    "光明区",
    "大鹏新区",
    "深汕",
]
FIGURES = [71.4, 64.2, 58.9, 83.6, 69.5, 66.1, 61.7, 57.3, 60.8, 52.4, None]
STATUSES = [
    ("draft", "草稿"),
    ("submitted", "待审核"),
    ("running", "处理中"),
    ("returned", "已退回"),
    ("overdue", "已逾期"),
    ("published", "已发布"),
    ("rejected", "未通过"),
    ("revoked", "已撤销"),
    ("locked", "已锁定"),
    ("archived", "已归档"),
    ("unknown", "其他"),
]


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label="资源名称", max_length=60, help_text="写全称，例如“深圳市科学技术馆（新馆）”。"
    )
    kind = forms.ChoiceField(
        label="类别", choices=[("", "请选择"), ("venue", "场馆"), ("course", "课程"), ("kit", "展品")]
    )
    district = forms.CharField(
        label="所属区",
        widget=NameInput(lambda: DISTRICTS),
        help_text="输入名称，从提示中选择。",
        required=False,
    )
    opens_on = forms.DateField(label="开放日期", widget=forms.DateInput(attrs={"type": "date"}))
    seats = forms.IntegerField(label="接待人数（人次/日）", min_value=1, required=False)
    audience = forms.MultipleChoiceField(
        label="适合人群",
        choices=[
            ("child", "学龄前"),
            ("pupil", "小学生"),
            ("teen", "中学生"),
            ("adult", "成年人"),
            ("old", "老年人"),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    booking = forms.ChoiceField(
        label="预约方式",
        choices=[("none", "无需预约"), ("portal", "在本平台预约"), ("phone", "电话预约")],
        widget=forms.RadioSelect,
    )
    about = forms.CharField(
        label="简介", widget=forms.Textarea(attrs={"rows": 4}), max_length=500, required=False
    )
    agreed = forms.BooleanField(label="我确认以上内容属实，可以向公众展示")

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("booking") == "phone" and not cleaned.get("about"):
            raise forms.ValidationError("电话预约的资源，请在简介中写明电话与接听时间。")
        return cleaned


class SampleUpload(forms.Form):
    file = forms.FileField(
        label="学分表",
        help_text="先下载模板，按行填写后上传。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
    )


def _charts() -> list[Chart]:
    """One of the charts in use, and the map of the districts with one figure missing."""
    scores = dict(zip((district.code for district in maps.districts()), FIGURES, strict=True))
    names = {district.code: district.name for district in maps.districts()}
    bars = charts.bar(
        charts.About(
            "gallery-bars", "各区得分", unit="分", source="来源：示例数据。", note="没有数据的区不计分。"
        ),
        [(names[code], score) for code, score in scores.items()],
        columns=("区", "得分"),
        decimals=1,
        reference=("全市", 65.2),
    )
    lines = charts.line(
        charts.About("gallery-lines", "全市与两区的走势", unit="2020 年＝100", source="来源：示例数据。"),
        ["2020", "2021", "2022", "2023", "2024", "2025"],
        {
            "全市": [100, 104, 109, 113, 120, 126],
            "南山区": [100, 107, 113, 119, 128, 137],
            "光明区": [100, 99, 105, None, 118, 131],
        },
        base=100,
    )
    drawn = maps.district_map(
        charts.About("gallery-map", "各区得分示意图", source="示意图，不代表实际边界。"), scores
    )
    return [bars, lines, drawn]


def _table(now: datetime) -> dict:
    return {
        "columns": [
            {"label": "名称", "sort_url": "?sort=name", "sorted": "ascending"},
            {"label": "所属区", "sort_url": "?sort=district", "sorted": ""},
            {"label": "年接待（人次）", "numeric": True, "sort_url": "?sort=visits", "sorted": ""},
            {"label": "更新", "nowrap": True},
        ],
        "rows": [
            {"id": 1, "url": "#table", "cells": ["深圳科学技术馆", "光明区", "1,286,300", "2026年11月20日"]},
            {
                "id": 2,
                "url": "#table",
                "cells": ["红树林自然教育中心", "福田区", "214,870", "2026年11月18日"],
            },
            {
                "id": 3,
                "url": "#table",
                "cells": ["大鹏半岛国家地质公园博物馆", "大鹏新区", "98,412", "2026年10月31日"],
            },
        ],
        "bulk": {"action": "#table", "choices": [("publish", "发布"), ("return", "退回")]},
    }


def _facets() -> list[dict]:
    return [
        {
            "name": "district",
            "label": "所属区",
            "options": [
                {"value": f"d{i}", "label": name, "count": 40 - i * 3, "chosen": i == 3}
                for i, name in enumerate(DISTRICTS[:5])
            ],
        },
        {
            "name": "kind",
            "label": "类别",
            "options": [
                {"value": "all", "label": "全部", "count": 129, "chosen": False, "url": "?kind="},
                {"value": "venue", "label": "场馆", "count": 64, "chosen": True, "url": "?kind=venue"},
                {"value": "nature", "label": "自然教育", "count": 21, "chosen": False, "url": "?kind=nature"},
            ],
        },
    ]


def _timeline(now: datetime) -> list[dict]:
    return [
        {"label": "提交", "state": "done", "at": now - timedelta(days=6), "by": "南山区科协 林晓"},
        {
            "label": "退回",
            "state": "returned",
            "at": now - timedelta(days=4),
            "by": "市科协 周敏",
            "note": "KJ120 比上年多两倍，请核对后说明原因。",
        },
        {"label": "再次提交", "state": "done", "at": now - timedelta(days=1), "by": "南山区科协 林晓"},
        {"label": "市科协审核", "state": "current"},
        {"label": "锁定", "state": "todo"},
    ]


@require_safe
def gallery(request):
    """Staff only: it shows nothing secret, but it is no page for the public."""
    if not request.user.holds(Role.STAFF):
        raise PermissionDenied("界面组件页供市科协工作人员使用。")
    now = timezone.now().replace(hour=1, minute=5, second=0, microsecond=0)
    typed = {"name": "", "kind": "venue", "opens_on": "2026-13-40", "seats": "0", "booking": "phone"}
    pictures = _charts()
    qr = segno.make(request.build_absolute_uri("/verify/"), error="m")
    context = {
        "statuses": STATUSES,
        "messages_shown": [
            Message(messages.SUCCESS, "活动已发布。"),
            Message(messages.ERROR, "名额已满。"),
        ],
        "table": _table(now),
        "facets": _facets(),
        "chosen": [("南山区", "?kind=venue"), ("场馆", "?district=d3")],
        "timeline": _timeline(now),
        "steps": [
            {"label": "下载模板", "state": "done"},
            {"label": "上传", "state": "current", "note": "不超过 50,000 行"},
            {"label": "核对", "state": "todo"},
            {"label": "保存", "state": "todo"},
        ],
        "tabs": [
            {"label": "待审核", "url": "#tabs", "current": True, "count": 12},
            {"label": "已退回", "url": "#tabs", "count": 3},
            {"label": "全部", "url": "#tabs"},
        ],
        "facts": [
            ("统一社会信用代码", "12440300MB2D00001A"),
            ("开放时间", "周二至周日 09:00–17:00"),
            ("备注", ""),
        ],
        "form": SampleForm(),
        "wrong_form": SampleForm(typed, auto_id="wrong_%s"),
        "upload": SampleUpload(auto_id="upload_%s"),
        "limits": ["xlsx、xls、ods 或 CSV（UTF-8、GB18030）", "不超过 20 MB、50,000 行", "只读第一张工作表"],
        "page": KeysetPage(rows=[1, 2], next="bmV4dA", previous="cHJldg"),
        "last_page": KeysetPage(rows=[1], next=None, previous="cHJldg"),
        "charts": pictures[:2],
        "map": pictures[2],
        "places": [
            {"label": name, "value": figure, "url": "#charts" if figure else ""}
            for name, figure in pictures[2].rows
        ],
        "qr": mark_safe(qr.svg_inline(border=1, omitsize=True)),  # noqa: S308 - drawn here, no text in it
        "now": now,
        "meta": ["南山区", "周二至周日", "免费"],
        "crumbs": [("首页", "/"), ("工作台", "/desk/"), ("界面组件", "")],
        "actions": [("导出", "#buttons", ""), ("新建资源", "#buttons", "primary")],
        "side": [
            {
                "label": "我的",
                "links": [
                    {"label": "工作台", "url": "#side", "current": True},
                    {"label": "收件箱", "url": "#side", "count": 3},
                ],
            }
        ],
    }
    return render(request, "portal/components.html", context)
