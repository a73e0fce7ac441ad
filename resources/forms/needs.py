"""What people type when they ask for something, by the menu or in their own words. A form never saves."""

import uuid
from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from portal.calendar import local_today
from portal.fields import Words
from portal.identifiers import check_mobile
from portal.public_form import PublicForm
from portal.regions import Level, Region
from resources.actions.bookings import Wish, WishRefused
from resources.actions.needs import EDITABLE
from resources.forms.fields import region_choices
from resources.models import WEEKDAYS, Audience, Need, Programme, Resource, Topic
from resources.queries.booking import free_slots, spans_of, terms_of

FARTHEST = timedelta(days=366)
OF_TIME = ("topics", "starts_on", "ends_on", "weekdays", "day_part", "repeats")  # a booking says its own
OTHER_HELP = "可不填。填了备选，对方可以直接选其中一个时间。"
LENGTHS = [
    (30, "30 分钟"),
    (45, "45 分钟"),
    (60, "1 小时"),
    (90, "1 个半小时"),
    (120, "2 小时"),
    (180, "3 小时"),
    (360, "6 小时"),
]


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class Lengths(forms.TypedChoiceField):
    """How long something takes, in minutes."""

    def __init__(self, **options):
        super().__init__(choices=LENGTHS, coerce=int, initial=90, **options)


class WishFields:
    """The fields of one chosen resource: one of its free times, or a day and an hour; and a second time."""

    def __init__(self, resource: Resource, at: datetime):
        self.resource = resource
        self.terms = terms_of(resource)
        self.slots = free_slots(resource, self.terms, at) if self.terms and spans_of(self.terms) else None

    def add_to(self, form: forms.Form) -> None:
        code, title = self.resource.code, self.resource.title
        if self.slots is not None:
            choices = [(slot.value, _words(slot, self.terms.lanes)) for slot in self.slots]
            label = f"“{title}”的时间"
            form.fields[f"slot_{code}"] = forms.ChoiceField(
                label=label,
                choices=[("", "请选择" if choices else "近八周已约满"), *choices],
                help_text=self.terms.note,
            )
            form.fields[f"slot2_{code}"] = forms.ChoiceField(
                label=f"“{title}”的备选时间",
                choices=[("", "没有备选"), *choices],
                required=False,
                help_text=OTHER_HELP,
            )
            return
        lead = f"至少提前 {self.terms.lead_days} 天。" if self.terms else ""
        form.fields[f"day_{code}"] = forms.DateField(
            label=f"“{title}”的日期",
            widget=day_input(),
            help_text=lead + (self.terms.note if self.terms else ""),
        )
        form.fields[f"from_{code}"] = forms.TimeField(label=f"“{title}”几点开始", widget=time_input())
        form.fields[f"length_{code}"] = Lengths(label=f"“{title}”要多久")
        form.fields[f"day2_{code}"] = forms.DateField(
            label=f"“{title}”的备选日期", widget=day_input(), required=False, help_text=OTHER_HELP
        )
        form.fields[f"from2_{code}"] = forms.TimeField(
            label=f"“{title}”备选几点开始", widget=time_input(), required=False
        )

    def first_field(self, *, other: bool = False) -> str:
        part = "day" if self.slots is None else "slot"
        return f"{part}{'2' if other else ''}_{self.resource.code}"

    @property
    def names(self) -> tuple[str, ...]:
        parts = ("slot", "slot2") if self.slots is not None else ("day", "from", "length", "day2", "from2")
        return tuple(f"{part}_{self.resource.code}" for part in parts)

    def check(self, form: forms.Form) -> None:
        """Put a fault beside a second time of which a half is missing."""
        day, clock = f"day2_{self.resource.code}", f"from2_{self.resource.code}"
        typed = form.cleaned_data
        if (
            self.slots is None
            and not {day, clock} & form.errors.keys()
            and bool(typed[day]) != bool(typed[clock])
        ):
            form.add_error(clock if typed[day] else day, "备选时间要填日期和几点开始；没有备选的两项都不填。")

    def wish(self, typed: dict) -> Wish | None:
        """What was chosen; None where something is missing."""
        first = self._time(typed, "")
        return Wish(self.resource, *first, other=self._time(typed, "2")) if first else None

    def _time(self, typed: dict, which: str) -> tuple[datetime, datetime] | None:
        code = self.resource.code
        if self.slots is not None:
            slot = next((each for each in self.slots if each.value == typed.get(f"slot{which}_{code}")), None)
            return (slot.starts_at, slot.ends_at) if slot else None
        day, clock = typed.get(f"day{which}_{code}"), typed.get(f"from{which}_{code}")
        minutes = typed.get(f"length_{code}")
        if day is None or clock is None or minutes is None:
            return None
        starts_at = timezone.make_aware(datetime.combine(day, clock))
        return starts_at, starts_at + timedelta(minutes=minutes)


def _by_group(topics) -> list:
    """The topics under the headings of their groups."""
    rows = list(topics)
    groups = [
        (label, [(row.pk, row.name) for row in rows if row.group == code])
        for code, label in Topic.Group.choices
    ]
    return [(label, found) for label, found in groups if found]


def _words(slot, lanes: int) -> str:
    first, last = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    day = f"{first.year}年{first.month}月{first.day}日（周{'一二三四五六日'[first.weekday()]}）"
    day += f"{first:%H:%M}–{last:%H:%M}"
    return f"{day}，还可接待 {slot.left} 批" if lanes > 1 else day


class NeedForm(PublicForm, forms.ModelForm):
    """What is asked for, for whom, where, when, and who asks.

    With `items`, resources chosen from the menu, each has its own time and the need's own is not asked.
    """

    title = Words(label="想要什么", max_length=60, help_text="如：给四年级讲一次海洋科学。")
    details = Words(
        label="具体说明",
        max_length=1000,
        required=False,
        lines=3,
        help_text="只给区科协和接单单位看，不公开。",
    )
    topics = forms.ModelMultipleChoiceField(
        label="主题",
        queryset=Topic.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="至少选一个，最多五个。",
    )
    audience = forms.ChoiceField(label="给谁", choices=[("", "请选择"), *Audience.choices])
    address = Words(
        label="地点", max_length=120, required=False, help_text="需要上门时填写详细地址，不公开。"
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="星期几合适",
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选为哪天都行。",
    )
    asker_name = Words(
        label="单位名称", max_length=60, required=False, help_text="学校、社区、企业或单位全称；个人不用填。"
    )
    contact = Words(label="联系人", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    mobile = forms.CharField(
        label="手机号",
        max_length=20,
        help_text="加密保存，只给区科协和接单单位看。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    mail = forms.EmailField(
        label="电子邮箱",
        max_length=120,
        required=False,
        help_text="填写后，跟进链接和进展会发到邮箱。",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    key = forms.UUIDField(label="表单编号", widget=forms.HiddenInput)
    seen = forms.IntegerField(label="修订号", required=False, widget=forms.HiddenInput)

    class Meta:
        model = Need
        fields = (*EDITABLE, "topics")
        widgets = {"starts_on": day_input(), "ends_on": day_input()}

    field_order = (
        "title",
        "topics",
        "programme",
        "audience",
        "ages_from",
        "ages_to",
        "head_count",
        "region",
        "address",
        "starts_on",
        "ends_on",
        "weekdays",
        "day_part",
        "repeats",
        "details",
        "asker",
        "asker_name",
        "contact",
        "mobile",
        "mail",
        "answer",
        "homepage",
    )

    def __init__(self, data=None, *, person=None, at: datetime, items=(), initial=None, **kwargs):
        super().__init__(data, person=person, initial={"key": uuid.uuid4(), **(initial or {})}, **kwargs)
        self.at = at
        self.items = [WishFields(resource, at) for resource in items]
        chosen = [row.pk if isinstance(row, Topic) else row for row in self.initial.get("topics") or ()]
        self.fields["topics"].queryset = Topic.objects.filter(
            Q(is_active=True) & ~Q(group=Topic.Group.FIELD) | Q(pk__in=chosen)
        ).order_by("position", "pk")
        self.fields["topics"].choices = _by_group(self.fields["topics"].queryset)
        self.fields["programme"].queryset = Programme.objects.filter(is_active=True)
        self.fields["programme"].empty_label = "不属于专门项目"
        places = Region.objects.inhabited().filter(level__lte=Level.SUBDISTRICT)
        self.fields["region"].queryset = places
        self.fields["region"].choices = [("", "请选择"), *region_choices()]
        self.fields["day_part"].choices = [("", "都行"), *self.fields["day_part"].choices[1:]]
        if self.items:
            self._ask_times()

    def _ask_times(self) -> None:
        for name in OF_TIME:
            del self.fields[name]
        for item in self.items:
            item.add_to(self)
        self.fields["title"].label = "用在什么活动"
        self.fields["title"].help_text = "如：四（3）班科学课、社区周末活动。"
        names = [name for item in self.items for name in item.names]
        self.order_fields([*names, *self.field_order])

    def clean_mobile(self):
        try:
            return check_mobile(self.cleaned_data["mobile"])
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault

    def clean_topics(self):
        topics = self.cleaned_data["topics"]
        if len(topics) > 5:
            raise ValidationError("最多选五个主题。")
        return topics

    def clean_starts_on(self):
        day = self.cleaned_data["starts_on"]
        was = self.instance.starts_on if self.instance.pk else None
        if day < local_today(self.at) and day != was:
            raise ValidationError("最早的日期不能早于今天。")
        return day

    def clean_ends_on(self):
        day = self.cleaned_data["ends_on"]
        if day > local_today(self.at) + FARTHEST:
            raise ValidationError("请填一年以内的日期。")
        return day

    def clean(self):
        typed = super().clean()
        if typed.get("asker") not in (None, Need.Asker.PERSON) and not typed.get("asker_name"):
            self.add_error("asker_name", "请填写单位名称；以个人名义提出的，“提出方”请选个人。")
        for item in self.items:
            item.check(self)
        return typed

    @property
    def wishes(self) -> list[Wish]:
        found = (item.wish(self.cleaned_data) for item in self.items)
        return [wish for wish in found if wish is not None]

    @property
    def values(self) -> dict:
        """What the action is given. A booking's need lasts from its first day to its last."""
        typed = {name: self.cleaned_data[name] for name in EDITABLE if name in self.cleaned_data}
        if self.items:
            days = [local_today(starts_at) for wish in self.wishes for starts_at, _ in wish.times]
            typed |= {"starts_on": min(days), "ends_on": max(days), "weekdays": [], "day_part": ""}
            typed["repeats"] = Need.Repeats.ONCE
        return typed

    @property
    def chosen_topics(self) -> list[Topic]:
        """What was chosen; of a booking, what the chosen resources are about."""
        if not self.items:
            return list(self.cleaned_data["topics"])
        keys = [item.resource.pk for item in self.items]
        return list(Topic.objects.filter(resources__in=keys).distinct().order_by("position", "pk")[:5])

    @property
    def asker(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("contact", "mobile", "mail")}

    def field_of(self, refusal: WishRefused) -> str | None:
        """The field beside which something is said of one of the chosen resources."""
        item = next((item for item in self.items if item.resource.pk == refusal.resource.pk), None)
        return item.first_field(other=refusal.is_other) if item else None


def initial_of(need: Need) -> dict:
    """A need as it was typed, for its change."""
    return {
        "contact": need.contact,
        "mobile": need.mobile,
        "mail": need.mail,
        "seen": need.revision,
        "key": need.uuid,
        "topics": list(need.topics.all()),
    }


class WishForm(forms.Form):
    """The time of one more resource, asked for by somebody who follows their need."""

    def __init__(self, *args, resource: Resource, at: datetime, **kwargs):
        super().__init__(*args, **kwargs)
        self.item = WishFields(resource, at)
        self.item.add_to(self)

    def clean(self):
        typed = super().clean()
        self.item.check(self)
        return typed

    @property
    def wish(self) -> Wish | None:
        return self.item.wish(self.cleaned_data)


class RateForm(forms.Form):
    """Five steps and one line."""

    rating = forms.TypedChoiceField(
        label="评分",
        coerce=int,
        widget=forms.RadioSelect,
        choices=[(5, "5 很满意"), (4, "4 满意"), (3, "3 一般"), (2, "2 不满意"), (1, "1 很不满意")],
    )
    words = Words(label="一句话评价", max_length=100, required=False, help_text="只给主管部门和接单单位看。")
