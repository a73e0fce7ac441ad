"""What the desk types about bookings: another time, a reason, how many came, proof, terms."""

from datetime import datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.fields import ReasonForm, Words
from portal.files import DOCUMENTS, IMAGES, UploadField
from portal.roles import Perm
from resources.actions.bookings import Wish
from resources.forms.needs import Lengths, day_input, time_input
from resources.models import BookingTerms, Resource
from resources.queries.booking import spans_of, with_terms
from resources.rules import Span, read_hours, written

SLOT_EXAMPLE = "周二至周五 09:30-11:00 14:30-16:00；周六 10:00-11:30"


class TimeForm(forms.Form):
    """A day, an hour, how long, and a word with it."""

    day = forms.DateField(label="日期", widget=day_input())
    begins = forms.TimeField(label="几点开始", widget=time_input())
    length = Lengths(label="多久")
    note = Words(label="说明", max_length=300, required=False, lines=2, help_text="对方会看到。")

    @property
    def starts_at(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["begins"]))

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.cleaned_data["length"])

    @property
    def note_words(self) -> str:
        return self.cleaned_data["note"]


class _ChooseResource(TimeForm):
    resource = Words(label="资源", max_length=120, help_text="填写资源名称或编号。")

    field_order = ("resource", "day", "begins", "length", "note")
    missing = "没有找到这项资源，请填写完整名称或编号。"

    def rows(self):
        return Resource.objects.published()

    def clean_resource(self) -> Resource:
        text = self.cleaned_data["resource"]
        rows = with_terms(self.rows())
        found = list(rows.filter(code=text.lower())[:1]) or list(rows.filter(title=text)[:2])
        if len(found) == 1:
            return found[0]
        raise ValidationError("有多条同名资源，请改填资源编号。" if found else self.missing)

    @property
    def wish(self) -> Wish:
        return Wish(self.cleaned_data["resource"], self.starts_at, self.ends_at)


class AssignForm(_ChooseResource):
    """Which resource the district asks instead, and when."""


class OfferForm(_ChooseResource):
    """Which of one's own resources is offered, and when."""

    missing = "没有找到这项资源；只能用本单位已发布的资源响应。"

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def rows(self):
        return Resource.objects.for_user(self.user, Perm.BOOKING_ANSWER).published()


class RefusalForm(ReasonForm):
    """Why something is not done; who asked for it reads that."""

    note = Words(
        label="理由",
        max_length=300,
        lines=3,
        help_text="对方会看到。",
        error_messages={"required": "请写明理由，对方会看到。"},
    )


class ReportForm(forms.Form):
    visits = forms.IntegerField(label="到场人次", min_value=0, max_value=1_000_000)


class ProofForm(forms.Form):
    """A picture or a document that shows what was held."""

    upload = UploadField(label="文件", kinds=DOCUMENTS | IMAGES, help_text="图片或文档，不超过 20 MB。")
    caption = Words(label="说明", max_length=80, help_text="如：现场照片、签到表。")


class TermsForm(forms.ModelForm):
    """How a resource is booked."""

    slots = Words(
        label="可预约时段",
        max_length=600,
        required=False,
        lines=3,
        help_text=f"不填则由对方提出时间。写法：{SLOT_EXAMPLE}",
    )
    note = Words(
        label="预约须知", max_length=200, required=False, help_text="申请人提交前看到，如需要准备什么。"
    )

    class Meta:
        model = BookingTerms
        fields = ("is_open", "lead_days", "most_per_week", "lanes", "most_heads", "note")

    field_order = ("is_open", "slots", "lead_days", "most_per_week", "lanes", "most_heads", "note")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["slots"] = written(spans_of(self.instance))

    def clean_slots(self) -> list[Span]:
        try:
            return read_hours(self.cleaned_data["slots"])
        except ValueError as fault:
            raise ValidationError(str(fault)) from fault
