"""The shape of what a person typed: an event, its sessions, a sign-up. A form never saves."""

import re
import uuid

from django import forms

from events.actions import Won, certificate_of
from events.models import Award, AwardLevel, Event, Session
from portal.fields import RecordByName
from portal.identifiers import check_mobile, clean_text
from portal.organizations import Organization
from portal.public_form import PublicForm
from portal.regions import Level, Region
from resources.models import Audience, Resource


class EventForm(forms.ModelForm):
    """An event as typed on the page or in one row of a sheet."""

    resource = RecordByName(
        label="举办场馆",
        queryset=Resource.objects.published().order_by("title", "pk"),
        by="title",
        required=False,
        help_text="在平台登记的场馆内举办时填写场馆名称；其他地点请填下一项。",
    )
    audiences = forms.MultipleChoiceField(
        label="适合人群", choices=Audience, required=False, widget=forms.CheckboxSelectMultiple
    )

    organization = RecordByName(
        label="主办单位",
        queryset=Organization.objects.none(),
        by="name",
        help_text="输入名称后从提示中选择。",
    )

    class Meta:
        model = Event
        fields = (
            "organization",
            "region",
            "title",
            "kind",
            "summary",
            "resource",
            "place",
            "edition",
            "audiences",
            "is_free",
            "fee_note",
            "needs_sign_up",
            "largest_party",
            "public_phone",
            "contact",
        )

    def __init__(self, *args, places=None, organizations=None, **kwargs):
        """`places`, `organizations`: what this person may choose from."""
        super().__init__(*args, **kwargs)
        if places is not None:
            self.fields["region"].queryset = places
        if organizations is not None:
            self.fields["organization"].queryset = organizations

    def clean_title(self):
        return _clean(self.cleaned_data["title"])

    def clean_place(self):
        return _clean(self.cleaned_data["place"])


class EventRowForm(forms.ModelForm):
    """The same event in the register and in one row of its sheet: related records by their keys."""

    audiences = EventForm.base_fields["audiences"]

    class Meta(EventForm.Meta):
        fields = tuple(name for name in EventForm.Meta.fields if name != "contact")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = {
            "organization": Organization.objects.active(),
            "region": Region.objects.inhabited().filter(level__lte=Level.SUBDISTRICT),
            "resource": Resource.objects.published(),
        }
        for name, queryset in chosen.items():
            if name in self.fields:
                self.fields[name].queryset = queryset

    def clean_title(self):
        return _clean(self.cleaned_data["title"])

    def clean_place(self):
        return _clean(self.cleaned_data["place"])


class EventRegisterForm(EventRowForm):
    """An event in the register under /admin/, with the revision that was shown."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.revision

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("seen") != self.instance.revision:
            self.add_error(None, "这项活动刚被他人修改，请核对变更历史后再次保存。")
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = str(self.instance.revision)
        return cleaned


class SessionForm(forms.ModelForm):
    """One date of an event."""

    class Meta:
        model = Session
        fields = ("starts_at", "ends_at", "closes_at", "capacity")
        widgets = {
            name: forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
            for name in ("starts_at", "ends_at", "closes_at")
        }


PASS_NUMBER = re.compile(r"[2-9A-Z]{10}")


class AttendanceForm(forms.Form):
    """How many came to a session."""

    visits = forms.IntegerField(label="到场人次", min_value=0, max_value=5_000_000)


class CheckInForm(forms.Form):
    """Pass numbers as they are read or typed at the door, apart by blanks or lines."""

    numbers = forms.CharField(
        label="通行证号",
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": "请填写通行证号。"},
    )

    def clean_numbers(self) -> list[str]:
        found = clean_text(self.cleaned_data["numbers"].replace("\n", " ")).upper().replace(",", " ").split()
        wrong = [number for number in found if not PASS_NUMBER.fullmatch(number)]
        if wrong:
            raise forms.ValidationError(f"通行证号是 10 位字母和数字，请核对：{'、'.join(wrong[:5])}。")
        return found


# 市级一等奖, 参赛 …: the award as people write it, and what it is.
PRIZES = {Award.ENTRY.label: ("", Award.ENTRY)} | {
    f"{level.label}{award.label}": (level, award)
    for level in AwardLevel
    for award in (Award.FIRST, Award.SECOND, Award.THIRD)
}
MOST_RESULTS = 500
LONGEST_CERTIFICATE = 60


class ResultsForm(forms.Form):
    """A competition's results as typed or pasted from a sheet: pass number, award, certificate, one per line.

    `faults` says what is wrong with which line.
    """

    rows = forms.CharField(
        label="成绩",
        max_length=60_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off", "spellcheck": "false"}),
        help_text="每行一人：通行证号、奖项、证书编号，用空格或制表符分开；可以从表格软件中复制三列粘贴。"
        "奖项写“市级一等奖”“参赛”等。一份证书发给整个团队的，每名成员一行，行末加“团队”。",
        error_messages={"required": "请填写成绩，每行一人。"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.faults: dict[int, str] = {}

    def clean_rows(self) -> list[Won]:
        lines = self.cleaned_data["rows"].splitlines()
        read, first = [], {}
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                won = _read_result(number, line)
            except ValueError as fault:
                self.faults[number] = str(fault)
                continue
            if won.number in first:
                self.faults[number] = f"与第 {first[won.number]} 行是同一张通行证，请删去一行。"
            first.setdefault(won.number, number)
            read.append(won)
        if not read and not self.faults:
            raise forms.ValidationError("请填写成绩，每行一人。")
        if len(read) > MOST_RESULTS:
            raise forms.ValidationError(f"一次最多录入 {MOST_RESULTS} 行，请分几次录入。")
        if self.faults:
            raise forms.ValidationError(f"有 {len(self.faults)} 行有误，已逐行列出；改好后再提交，尚未录入。")
        return read

    def refuse(self, faults: dict[int, str]) -> None:
        """What only the stored results could show."""
        self.faults = faults
        self.add_error("rows", f"有 {len(faults)} 行有误，已逐行列出；改好后再提交，尚未录入。")

    @property
    def faulty_lines(self) -> list[tuple[int, str, str]]:
        """Number, text and fault of each faulty line."""
        lines = self.data.get("rows", "").splitlines()
        return [(number, lines[number - 1].strip(), fault) for number, fault in sorted(self.faults.items())]


def _read_result(number: int, line: str) -> Won:
    """One line. Raises ValueError, a Chinese sentence."""
    parts = clean_text(re.sub(r"[,，;；\t]", " ", line)).split()
    if len(parts) < 3:
        raise ValueError("应有三项：通行证号、奖项、证书编号，用空格分开。")
    pass_number, prize, certificate = parts[0].upper(), parts[1], " ".join(parts[2:])
    if not PASS_NUMBER.fullmatch(pass_number):
        raise ValueError(f"“{parts[0][:20]}”不是通行证号，通行证号是 10 位字母和数字。")
    if prize not in PRIZES:
        raise ValueError(
            f"没有“{prize[:20]}”这一奖项，请写“参赛”或校级、区级、市级、省级、国家级的一、二、三等奖。"
        )
    certificate, is_team = certificate_of(certificate)
    if not certificate:
        raise ValueError("只写了“团队”，没有证书编号，请补填。")
    if len(certificate) > LONGEST_CERTIFICATE:
        raise ValueError(f"证书编号最多 {LONGEST_CERTIFICATE} 个字，请核对。")
    return Won(number, pass_number, *PRIZES[prize], certificate, is_team)


class SignUpForm(PublicForm):
    """A party's sign-up, with a question in plain words instead of a picture puzzle."""

    name = forms.CharField(
        label="联系人姓名", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    mobile = forms.CharField(
        label="手机号",
        max_length=20,
        help_text="用于查找您的报名，仅主办单位可见。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    head_count = forms.IntegerField(label="人数", min_value=1, initial=1)
    mail = forms.EmailField(
        label="电子邮箱",
        required=False,
        help_text="填写后，报名码会同时发到邮箱。",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    field_order = ("name", "mobile", "head_count", "mail", "answer", "homepage")

    def __init__(self, data=None, *, largest_party: int, **kwargs):
        super().__init__(data, initial={"head_count": 1, "key": uuid.uuid4()}, **kwargs)
        self.largest_party = largest_party
        self.fields["head_count"].widget.attrs["max"] = largest_party
        self.fields["head_count"].help_text = f"含您本人，最多 {largest_party} 人。"

    def clean_name(self):
        return _clean(self.cleaned_data["name"])

    def clean_mobile(self):
        try:
            return check_mobile(self.cleaned_data["mobile"])
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault

    def clean_head_count(self):
        if self.cleaned_data["head_count"] > self.largest_party:
            raise forms.ValidationError(f"每次报名最多 {self.largest_party} 人，更多请电话联系主办单位。")
        return self.cleaned_data["head_count"]


def _clean(text: str) -> str:
    try:
        return clean_text(text)
    except ValueError as fault:
        raise forms.ValidationError(str(fault)) from fault
