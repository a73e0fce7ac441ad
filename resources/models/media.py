"""Pictures of a resource, and what is shown of it elsewhere."""

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

from portal.files import Attachment
from resources.models.registry import Resource


class ResourcePicture(models.Model):
    """A picture of a resource, drawn anew without its metadata."""

    PERSONAL = frozenset()

    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="pictures")
    attachment = models.ForeignKey(Attachment, models.PROTECT, verbose_name="图片", related_name="+")
    alt = models.CharField("图片说明", max_length=120, help_text="向看不到图片的人说明图上是什么。")
    position = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "资源图片"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="resource_picture_says_what_it_shows",
                condition=~Q(alt=""),
                violation_error_message="请写明图片上是什么。",
            )
        ]

    def __str__(self):
        return self.alt


class ResourceLink(models.Model):
    """A video, a model or a walk-through of a resource, kept elsewhere."""

    PERSONAL = frozenset()

    class Kind(models.TextChoices):
        VIDEO = "video", "视频"
        AUDIO = "audio", "音频"
        MODEL = "model", "三维模型"
        VR = "vr", "虚拟现实"

    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="links")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    title = models.CharField("标题", max_length=80)
    url = models.URLField("网址", max_length=300, validators=[URLValidator(schemes=["http", "https"])])
    position = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "视频与虚拟展示"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="resource_link_leads_to_a_web_page",
                condition=Q(url__regex=r"^https?://[^[:space:]]+$"),
                violation_error_message="网址应以 http:// 或 https:// 开头。",
            ),
            models.CheckConstraint(
                name="resource_link_has_a_title",
                condition=~Q(title=""),
                violation_error_message="请填写标题。",
            ),
            models.UniqueConstraint(
                name="resource_link_once_per_address",
                fields=["resource", "url"],
                violation_error_message="这个网址已经添加过。",
            ),
        ]

    def __str__(self):
        return self.title
