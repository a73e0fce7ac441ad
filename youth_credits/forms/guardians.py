"""What guardians type, and what the school types about them."""

from datetime import date

from django import forms
from django.contrib.auth.password_validation import validate_password

from portal import plain_question
from portal.accounts import User
from portal.calendar import local_today
from portal.errors import Refused
from portal.identifiers import clean_text
from youth_credits.forms import DATE_INPUT, KeyedForm

PASSWORD = {"autocomplete": "new-password"}


class CodeForm(forms.Form):
    """The code of a slip."""

    code = forms.CharField(
        label="开户码",
        max_length=40,
        help_text="开户单上的 12 位字母和数字，不分大小写，横线可以不输。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "size": 18}),
        error_messages={"required": "请输入开户单上的开户码。"},
    )


class OpenAccountForm(CodeForm):
    """A code, and with what one signs in from now on."""

    name = forms.CharField(
        label="您的姓名",
        max_length=30,
        help_text="孩子的学校会看到这个姓名，以便核对监护关系。",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "请填写您的姓名。"},
    )
    password = forms.CharField(
        label="设置密码",
        max_length=128,
        strip=False,
        help_text="至少 12 个字符，可以用几个不相干的词连成一句。",
        widget=forms.PasswordInput(attrs=PASSWORD),
        error_messages={"required": "请设置密码。"},
    )
    again = forms.CharField(
        label="再输一次密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs=PASSWORD),
        error_messages={"required": "请再输一次密码。"},
    )
    email = forms.EmailField(
        label="电子邮箱",
        required=False,
        help_text="忘记密码时用来重设。不填也能使用，忘记密码时请向学校领取新的开户单。",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    answer = forms.CharField(label="验证问题", max_length=10, error_messages={"required": "请回答验证问题。"})
    token = forms.CharField(widget=forms.HiddenInput, max_length=300, required=False)

    def __init__(self, data=None, **kwargs):
        question, token = plain_question.ask()
        super().__init__(data, initial={"token": token}, **kwargs)
        self.sent = ("", "")
        if data is not None:  # each try has a question of its own
            self.sent = str(data.get("token", ""))[:300], str(data.get("answer", ""))[:20]
            self.data = self.data.copy()
            self.data["token"] = token
        self.fields["answer"].help_text = question

    def clean_name(self) -> str:
        name = clean_text(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("请填写您的姓名。")
        return name

    def clean_answer(self) -> str:
        try:
            is_right = plain_question.is_right(*self.sent)
        except Refused as refusal:
            raise forms.ValidationError("页面放得太久，请回答新的问题。") from refusal
        if not is_right:
            raise forms.ValidationError("回答不对，请回答新的问题。")
        return self.sent[1]

    def clean(self) -> dict:
        cleaned = super().clean()
        password = cleaned.get("password")
        if password:
            try:
                validate_password(password, User(name=cleaned.get("name", "")))
            except forms.ValidationError as fault:
                self.add_error("password", fault)
        if password and "again" in cleaned and password != cleaned["again"]:
            self.add_error("again", "两次输入的密码不一致。")
        return cleaned


class AgreeForm(forms.Form):
    """An express yes: a box that nobody ticked beforehand."""

    agree = forms.BooleanField(
        label="我是孩子的监护人，已阅读并同意上述内容",
        error_messages={"required": "如果同意，请先勾选；不同意可以直接离开本页。"},
    )


class SlipsForm(KeyedForm):
    """Which class; the key says that it is one printing."""


class ReissueForm(KeyedForm):
    """One child's slip again, and what becomes of the accounts bound before."""

    ends_bonds = forms.BooleanField(
        label="同时停用已绑定的账号",
        required=False,
        help_text="账号遗失、被他人使用或监护人变更时勾选，原账号即时看不到这名学生。另一位家长开户时不勾选。",
    )


class SignedPaperForm(forms.Form):
    """What stands on a paper that a guardian, or with `by_child` a child of 14, signed."""

    on = forms.DateField(
        label="签署日期",
        widget=forms.DateInput(attrs=DATE_INPUT),
        error_messages={"required": "请填写纸质件上的日期。", "invalid": "请按 2026-09-01 的格式填写日期。"},
    )
    signer = forms.CharField(
        label="签字的监护人",
        max_length=30,
        help_text="加密保存，只有学校和监护人看得到。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写在纸质件上签字的人的姓名。"},
    )

    def __init__(self, *args, by_child: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if by_child:
            self.fields["signer"].label = "签字的学生本人"

    def clean_on(self) -> date:
        day = self.cleaned_data["on"]
        if day > local_today():
            raise forms.ValidationError("签署日期不能晚于今天。")
        if day.year < 2018:
            raise forms.ValidationError("签署日期过早，请核对年份。")
        return day

    def clean_signer(self) -> str:
        signer = clean_text(self.cleaned_data["signer"])
        if not signer:
            raise forms.ValidationError("请填写在纸质件上签字的人的姓名。")
        return signer
