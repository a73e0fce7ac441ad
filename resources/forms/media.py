"""Pictures of a resource, and what is shown of it elsewhere."""

from django import forms
from django.core.exceptions import ValidationError

from portal.fields import Words
from portal.files import IMAGES, UploadField
from resources.models import (
    ResourceLink,
)


class PictureForm(forms.Form):
    picture = UploadField(label="图片", kinds=IMAGES, help_text="JPG、PNG 或 WebP，不超过 20 MB。")
    alt = Words(
        label="图片说明", max_length=120, help_text="向看不到图片的人说明图上是什么，如“展厅中央的地球模型”。"
    )


class LinkForm(forms.Form):
    kind = forms.ChoiceField(label="类别", choices=ResourceLink.Kind)
    title = Words(label="标题", max_length=80)
    url = forms.URLField(
        label="网址", max_length=300, assume_scheme="https", help_text="以 http:// 或 https:// 开头。"
    )

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        if not url.lower().startswith(("http://", "https://")):
            raise ValidationError("网址应以 http:// 或 https:// 开头。")
        return url
