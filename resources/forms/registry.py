"""A resource as a person types it, on the page or in one row of the register's sheet."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from portal.fields import Words
from portal.organizations import Organization
from portal.regions import Level, Region
from portal.roles import Perm
from resources.actions.registry import GROUP_CODES
from resources.forms.fields import EXTRA, OrganizationField, extra_field, region_choices, topic_choices
from resources.models import (
    Accessibility,
    Audience,
    Dimension,
    HolidayRule,
    Language,
    Licence,
    Resource,
    ResourceKind,
    Spirit,
    Topic,
)
from resources.rules import (
    EXAMPLE,
    PRICE_EXAMPLE,
    SPECIAL_EXAMPLE,
    read_details,
    read_hours,
    read_prices,
    read_special,
    read_value,
    written,
    written_prices,
    written_special,
)
from resources.rules.fields import written_details

OF_PLACES = (
    "longitude",
    "latitude",
    "position_source",
    "is_position_verified",
    "hours_text",
    "hours_note",
    "special_text",
    "holiday_rule",
)

SECTIONS = (
    ("基本信息", ("kind", "title", "aliases", "summary", "description", "public_notice")),
    (
        "面向谁、讲什么",
        (
            "audiences",
            "ages_from",
            "ages_to",
            "topics",
            "dimensions",
            "spirits",
            "languages",
            "accessibility",
            "capacity",
        ),
    ),
    ("专项内容", ("details_text",)),
    (
        "在哪里、何时开放",
        (
            "region",
            "address",
            "longitude",
            "latitude",
            "position_source",
            "is_position_verified",
            "hours_text",
            "special_text",
            "holiday_rule",
            "hours_note",
        ),
    ),
    ("费用与预约", ("is_free", "cost", "prices_text", "booking", "booking_note", "booking_url")),
    ("联系", ("organization", "public_phone", "website", "contact", "contact_phone")),
    ("资料来源", ("licence", "confirmed_on", "source", "source_note", "note")),
)


class ResourceRules:
    """What holds of a resource wherever it is typed: page, register, sheet."""

    def clean_hours_text(self) -> str:
        try:
            return written(read_hours(self.cleaned_data["hours_text"]))
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault

    def clean_special_text(self) -> str:
        try:
            return written_special(read_special(self.cleaned_data["special_text"]))
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault

    def clean_prices_text(self) -> str:
        names = {code: label for label, code in GROUP_CODES.items()}
        try:
            return written_prices(read_prices(self.cleaned_data["prices_text"], GROUP_CODES), names)
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault

    def clean_licence(self) -> str:
        return self.cleaned_data["licence"] or Licence.UNKNOWN

    def clean_holiday_rule(self) -> str:
        return self.cleaned_data["holiday_rule"] or HolidayRule.USUAL

    def clean_booking(self) -> str:
        return self.cleaned_data["booking"] or Resource.Booking.UNKNOWN

    def clean_confirmed_on(self):
        day = self.cleaned_data["confirmed_on"]
        if day and day > timezone.localdate():
            raise ValidationError("核实日期不能晚于今天。")
        return day

    def _check_pairs(self, data: dict) -> None:
        self._check_position(data)
        low, high = data.get("ages_from"), data.get("ages_to")
        if low is not None and high is not None and low > high:
            self.add_error("ages_to", "年龄上限不能小于下限。")
        longitude, latitude = data.get("longitude"), data.get("latitude")
        if (longitude is None) != (latitude is None):
            missing = "longitude" if longitude is None else "latitude"
            if missing not in self.errors:
                self.add_error(missing, "经度和纬度应同时填写。")
        elif longitude is not None and not data.get("position_source"):
            self.add_error("position_source", "请写明坐标从哪里来，如“现场测量”“天地图”。")

    def _check_position(self, data: dict) -> None:
        """Within the box of the database's own constraint."""
        for name, low, high in (("latitude", "22.39", "23.15"), ("longitude", "113.70", "115.45")):
            value = data.get(name)
            if value is not None and not Decimal(low) <= value <= Decimal(high):
                self.add_error(name, f"坐标不在深圳市范围内，应在 {low} 至 {high} 之间。")

    def _clean_details_text(self, data: dict) -> None:
        kind = data.get("kind")
        if kind is None:
            return
        try:
            details = read_details(kind.fields, data.get("details_text") or "")
        except ValueError as fault:
            self.add_error("details_text", str(fault))
            return
        data["details_text"] = written_details(kind.fields, details)


def _many(label: str, choices, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
    )


class ResourceForm(ResourceRules, forms.Form):
    """`kind` given: its own fields each stand for themselves; else (a sheet) the kind is a column."""

    kind = forms.ModelChoiceField(ResourceKind.objects.current(), label="资源类型")
    title = Words(label="名称", max_length=120)
    aliases = Words(label="别名", max_length=200, required=False, help_text="曾用名、俗称，用顿号分开。")
    summary = Words(
        label="一句话介绍", max_length=200, required=False, help_text="在列表中显示，提交审核前必须填写。"
    )
    description = Words(label="详细介绍", max_length=5000, required=False, lines=8)
    public_notice = Words(
        label="临时公告", max_length=200, required=False, help_text="如闭馆、装修、改期，显示在页面最上方。"
    )
    audiences = forms.MultipleChoiceField(
        label="面向人群", choices=Audience, required=False, widget=forms.CheckboxSelectMultiple
    )
    ages_from = forms.IntegerField(label="适合年龄自（岁）", min_value=0, max_value=120, required=False)
    ages_to = forms.IntegerField(label="适合年龄至（岁）", min_value=0, max_value=120, required=False)
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.filter(is_active=True),
        label="科普主题",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    dimensions = forms.MultipleChoiceField(
        label="科普内容",
        choices=Dimension,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="传播的是知识、方法、思想还是精神，可多选。",
    )
    spirits = _many("科学家精神", Spirit, "只在内容确实体现时选。")
    languages = _many("语言", Language)
    accessibility = _many("无障碍与便利设施", Accessibility, "只选现场确有的。")
    capacity = forms.IntegerField(label="可同时接待（人）", min_value=1, max_value=1_000_000, required=False)
    licence = forms.ChoiceField(
        label="使用许可",
        choices=Licence,
        required=False,
        help_text="他人可以怎样使用内容；图片和资料不允许转载的选“仅限浏览”。",
    )
    details_text = Words(label="扩展内容", required=False, lines=4, help_text="每行写“名称：内容”。")
    region = forms.ModelChoiceField(
        Region.objects.inhabited().filter(level__lte=Level.SUBDISTRICT), label="所属区域"
    )
    address = Words(label="地址", max_length=200, required=False)
    longitude = forms.DecimalField(
        label="经度", max_digits=8, decimal_places=5, required=False, help_text="WGS-84，如 114.05700。"
    )
    latitude = forms.DecimalField(
        label="纬度", max_digits=8, decimal_places=5, required=False, help_text="WGS-84，如 22.54300。"
    )
    position_source = Words(label="坐标来源", max_length=200, required=False)
    is_position_verified = forms.BooleanField(label="坐标已现场核实", required=False)
    hours_text = Words(label="每周开放时间", required=False, lines=3, help_text=f"例如：{EXAMPLE}")
    special_text = Words(
        label="特别安排", required=False, lines=3, help_text=f"闭馆或延长开放的日子，例如：{SPECIAL_EXAMPLE}"
    )
    holiday_rule = forms.ChoiceField(label="节假日", choices=HolidayRule, required=False)
    prices_text = Words(
        label="优惠", required=False, lines=3, help_text=f"谁免费、谁打折，例如：{PRICE_EXAMPLE}"
    )
    hours_note = Words(
        label="开放说明", max_length=200, required=False, help_text="如节假日安排、最晚入场时间。"
    )
    is_free = forms.TypedChoiceField(
        label="收费情况",
        choices=[("", "未核实"), ("1", "免费"), ("0", "收费")],
        coerce=lambda value: value == "1",
        empty_value=None,
        required=False,
    )
    cost = Words(label="收费说明", max_length=200, required=False, help_text="如：成人 60 元，学生半价。")
    booking = forms.ChoiceField(label="预约方式", choices=Resource.Booking, required=False)
    booking_note = Words(label="预约说明", max_length=200, required=False)
    booking_url = forms.URLField(label="预约网址", max_length=300, required=False, assume_scheme="https")
    organization = OrganizationField(
        label="所属单位", max_length=120, required=False, help_text="填写全称或统一社会信用代码。"
    )
    public_phone = Words(label="公开电话", max_length=40, required=False, help_text="办公电话，向公众公开。")
    website = forms.URLField(label="网址", max_length=300, required=False, assume_scheme="https")
    contact = Words(label="联系人", max_length=30, required=False, help_text="仅供内部联系，不公开。")
    contact_phone = Words(
        label="联系人电话", max_length=30, required=False, help_text="仅供内部联系，不公开。"
    )
    confirmed_on = forms.DateField(
        label="信息核实日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    source = Words(label="资料来源", max_length=200, required=False)
    source_note = Words(label="来源说明", max_length=300, required=False)
    note = Words(label="修改说明", max_length=200, required=False, help_text="写明为什么改，记入变更历史。")

    def __init__(self, *args, user=None, kind: ResourceKind | None = None, is_new: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.kind = user, kind
        if kind is not None:
            del self.fields["kind"], self.fields["details_text"]
            self._add_extra(kind)
            if not kind.is_place:
                self._leave_out_places()
            self.fields["region"].choices = [("", "请选择"), *region_choices()]
            self.fields["topics"].choices = [group for group in topic_choices() if group[1]]
            self._offer_organizations()
        if is_new:
            del self.fields["note"]

    def _leave_out_places(self) -> None:
        """A course or a book has no coordinates and opening hours."""
        for name in OF_PLACES:
            del self.fields[name]

    def _add_extra(self, kind: ResourceKind) -> None:
        for field in kind.fields:
            self.fields[EXTRA + field["code"]] = extra_field(field)

    def _offer_organizations(self) -> None:
        """Somebody of a unit chooses among their own; the association's staff name any."""
        if self.user is None or self.user.places_for(Perm.RESOURCE_EDIT)[0]:
            asked = {"list": "organizations", "data-options": reverse("resources_desk:organizations")}
            self.fields["organization"].widget.attrs.update(asked, autocomplete="off")
            return
        own = list(self.user.organizations_for(Perm.RESOURCE_EDIT).order_by("name", "pk")[:200])
        field = self.fields["organization"]
        field.required, field.help_text = True, ""
        field.widget = forms.Select(choices=[(row.name, row.name) for row in own])

    @property
    def sections(self) -> list[tuple[str, list]]:
        """The fields of the page by what they are about."""
        extra = tuple(name for name in self.fields if name.startswith(EXTRA))
        found = []
        for title, names in SECTIONS:
            names = extra if title == "专项内容" and self.kind else names
            bound = [self[name] for name in names if name in self.fields]
            if bound:
                found.append((f"{self.kind.name}信息" if names == extra else title, bound))
        return found

    def clean(self) -> dict:
        data = super().clean()
        self._check_pairs(data)
        if self.kind is None and "details_text" in self.fields:
            self._clean_details_text(data)
        elif self.kind is not None:
            data["details"] = self._details(data)
        return data

    def _details(self, data: dict) -> dict:
        details = {}
        for field in self.kind.fields:
            value = data.get(EXTRA + field["code"])
            text = "、".join(value) if isinstance(value, list) else (value or "")
            try:
                read = read_value(field, text)
            except ValueError as fault:
                self.add_error(EXTRA + field["code"], str(fault))
                continue
            if read is not None:
                details[field["code"]] = read
        return details

    @property
    def values(self) -> dict:
        """What the actions take, after the form was found valid."""
        kept = {name: value for name, value in self.cleaned_data.items() if not name.startswith(EXTRA)}
        kept.pop("details_text", None)
        return kept


def initial_of(resource: Resource) -> dict:
    """What the form shows of a resource before anything is typed."""
    initial = {name: getattr(resource, name) for name in ResourceForm.base_fields if hasattr(resource, name)}
    initial["topics"] = [topic.pk for topic in resource.topics.all()]
    initial["region"] = resource.region_id
    initial["organization"] = resource.organization
    initial["is_free"] = {True: "1", False: "0", None: ""}[resource.is_free]
    for field in resource.kind.fields:
        value = resource.details.get(field["code"])
        if isinstance(value, bool):
            value = "是" if value else "否"
        initial[EXTRA + field["code"]] = value
    return initial


class ResourceRowForm(ResourceForm):
    """One row of the register's sheet: an empty code is a new resource."""

    code = Words(label="资源编号", max_length=12, required=False, help_text="新增请留空。")

    def __init__(
        self,
        *args,
        units: dict[str, Organization] | None = None,
        codes: frozenset[str] | None = None,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.fields["organization"].units = units or {}
        self.codes = codes  # those of the sheet that are known; None: each is asked for

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        known = self.codes
        if known is None:
            known = Resource.objects.filter(code=code).values_list("code", flat=True)
        if code and code not in known:
            raise ValidationError("没有这个编号的资源，新增请留空。")
        return code
