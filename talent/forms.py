"""Somebody of the talent pool as typed in the register or in one row of its sheet."""

from django import forms

from outreach.models import Title
from portal.accounts import User
from portal.fields import RecordByName
from portal.identifiers import check_mobile, clean_text
from portal.organizations import Organization
from portal.regions import Level, Region
from talent.models import Person


class PersonForm(forms.ModelForm):
    """A person; the mobile is typed in clear and kept sealed. An empty one leaves it as it is."""

    mobile = forms.CharField(
        label="手机号", max_length=20, required=False, help_text="加密保存，用于查重与联系。"
    )

    account = RecordByName(
        label="本人账号",
        queryset=User.objects.filter(is_active=True).order_by("username"),
        by="username",
        required=False,
        help_text="填账号名；本人登录后可查看自己的服务时长。",
    )

    class Meta:
        model = Person
        fields = (
            "name",
            "category",
            "rank",
            "field",
            "region",
            "organization",
            "languages",
            "email",
            "introduction",
            "is_public",
            "entered_on",
            "left_on",
            "leaving_reason",
            "account",
            "source",
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "region" in self.fields:
            self.fields["region"].queryset = Region.objects.inhabited().filter(level__lte=Level.SUBDISTRICT)
        if "organization" in self.fields:
            self.fields["organization"].queryset = Organization.objects.active()

    def clean_name(self):
        return clean_text(self.cleaned_data["name"])

    def clean_mobile(self):
        typed = self.cleaned_data["mobile"]
        if not typed:
            return ""
        try:
            return check_mobile(typed)
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from fault


class PersonRowForm(PersonForm):
    """One row of the sheet: whoever has a code is there already, whoever has none is new."""

    code = forms.CharField(
        label="人才编号", max_length=12, required=False, help_text="新增请留空；修改请保留导出表中的编号。"
    )

    def clean_code(self):
        code = self.cleaned_data["code"]
        if code and code != self.instance.code:
            raise forms.ValidationError("没有这个编号的人员，请核对；新增请留空。")
        return code


class PersonSearch(forms.Form):
    """A name or a code."""

    sought = forms.CharField(label="姓名或人才编号", max_length=30)

    def clean_sought(self):
        return clean_text(self.cleaned_data["sought"])


class ServiceForm(forms.Form):
    """One service somebody gave."""

    served_on = forms.DateField(
        label="服务日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    minutes = forms.IntegerField(
        label="时长（分钟）", min_value=1, max_value=720, help_text="一次最多 720 分钟。"
    )
    activity = forms.CharField(
        label="服务内容", max_length=120, help_text="如“展馆讲解”，不写服务对象的姓名。"
    )

    def clean_activity(self):
        return clean_text(self.cleaned_data["activity"])


class PanelForm(forms.Form):
    """For which categories of cases somebody may be drawn."""

    categories = forms.MultipleChoiceField(
        label="评审类别", choices=Title.Category, widget=forms.CheckboxSelectMultiple
    )


class TakeBackForm(forms.Form):
    """Why an entry is taken back."""

    reason = forms.CharField(label="冲正原因", max_length=200)

    def clean_reason(self):
        return clean_text(self.cleaned_data["reason"])
