"""Subscribing by mail, and declaring interests."""

import uuid

from django import forms

from portal.public_form import PublicForm
from portal.regions import Region
from resources.forms.fields import topic_choices
from resources.models import Audience, Subscription
from resources.queries.recommend import MOST_TOPICS


class SubscribeForm(PublicForm):
    """An address and how often."""

    mail = forms.EmailField(
        label="电子邮箱",
        max_length=120,
        help_text="只用来发送这项订阅，加密保存，退订即删除。",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    every = forms.ChoiceField(
        label="频率", choices=Subscription.Every, initial=Subscription.Every.WEEK, widget=forms.RadioSelect
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    field_order = ("mail", "every", "answer", "homepage")

    def __init__(self, data=None, **kwargs):
        super().__init__(data, initial={"key": uuid.uuid4(), "every": Subscription.Every.WEEK}, **kwargs)


class InterestsForm(forms.Form):
    """What somebody is interested in. All of it is theirs to say, and to take back."""

    topics = forms.MultipleChoiceField(
        label="感兴趣的主题",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=f"最多 {MOST_TOPICS} 个。",
    )
    audience = forms.ChoiceField(label="为谁找", choices=[("", "不限"), *Audience.choices], required=False)
    district = forms.ModelChoiceField(
        label="所在区",
        queryset=Region.objects.none(),
        to_field_name="code",
        required=False,
        empty_label="不限",
    )
    age = forms.IntegerField(label="适合年龄（岁）", min_value=0, max_value=120, required=False)
    is_grown = forms.BooleanField(
        label="我已满 14 周岁", error_messages={"required": "未满 14 周岁不提供推荐。"}
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["topics"].choices = [group for group in topic_choices("code") if group[1]]
        self.fields["district"].queryset = Region.objects.districts()

    def clean_topics(self):
        topics = self.cleaned_data["topics"]
        if len(topics) > MOST_TOPICS:
            raise forms.ValidationError(f"最多选 {MOST_TOPICS} 个主题。")
        return topics

    @property
    def values(self) -> dict:
        names = ("topics", "audience", "district", "age")
        return {name: self.cleaned_data[name] for name in names}
