"""Kinds of resources with their own fields, topics, audiences: the words of the registry."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import Exact


class Audience(models.TextChoices):
    """The four key groups, and everybody. Basis: 深圳市科协科普工作“十四五”规划 三."""

    MINORS = "minors", "未成年人"
    WORKERS = "workers", "从业人员"
    OFFICIALS = "officials", "领导干部和公务员"
    SENIORS = "seniors", "老年人"
    GENERAL = "general", "社会公众"


class Dimension(models.TextChoices):
    """What outreach hands on. Basis: 科学技术普及法 第二条; the plan's first sentence."""

    KNOWLEDGE = "knowledge", "科学知识"
    METHOD = "method", "科学方法"
    THOUGHT = "thought", "科学思想"
    SPIRIT = "spirit", "科学精神"


class FieldType(models.TextChoices):
    """The shapes an extra field of a kind may have."""

    TEXT = "text", "文本"
    LONG = "long", "长文本"
    NUMBER = "number", "数字"
    DATE = "date", "日期"
    CHOICE = "choice", "单选"
    CHOICES = "choices", "多选"
    FLAG = "flag", "是否"
    LINK = "link", "网址"


def validate_fields(fields) -> None:
    """Raises ValidationError unless `fields` declares extra fields: code, label, type, choices, public."""
    if not isinstance(fields, list) or not all(isinstance(field, dict) for field in fields):
        raise ValidationError("扩展字段应为列表，每项一个字段。")
    for field in fields:
        _validate_field(field)
    for what in ("code", "label"):
        if len({field[what] for field in fields}) < len(fields):
            raise ValidationError("扩展字段的代码和名称不能重复。")


def _validate_field(field: dict) -> None:
    name = field.get("label") or field.get("code") or "未命名字段"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", str(field.get("code", ""))):
        raise ValidationError(f"“{name}”的代码应以小写字母开头，由字母、数字、下划线组成，最多 30 位。")
    if not 1 <= len(str(field.get("label", ""))) <= 20:
        raise ValidationError(f"“{name}”的名称应为 1 至 20 个字。")
    if field.get("type") not in FieldType.values:
        raise ValidationError(f"“{name}”的类型应为：{'、'.join(FieldType.labels)}。")
    choices = field.get("choices") or []
    if field["type"] in (FieldType.CHOICE, FieldType.CHOICES) and len(choices) < 2:
        raise ValidationError(f"“{name}”是选择字段，请至少写两个选项。")
    if len(set(choices)) < len(choices):
        raise ValidationError(f"“{name}”的选项有重复。")


class ResourceKindQuerySet(models.QuerySet):
    def current(self):
        """The version in force of each kind, in the order they are shown."""
        return self.filter(is_current=True).order_by("position", "pk")


class ResourceKind(models.Model):
    """A kind of resource in one version. A later version adds or drops fields; older records keep theirs.

    `fields` declares the extra fields: [{"code", "label", "type", "choices", "public"}], shown in form,
    page and sheet alike.
    """

    PERSONAL = frozenset()

    code = models.CharField(
        "类型代码", max_length=30, validators=[RegexValidator(r"^[a-z][a-z_]*$", "请用小写字母和下划线。")]
    )
    version = models.PositiveSmallIntegerField("版本", default=1)
    name = models.CharField("类型名称", max_length=30)
    summary = models.CharField("说明", max_length=200, blank=True)
    is_place = models.BooleanField("有固定场所", default=False, help_text="有地址、开放时间和地图位置。")
    fields = models.JSONField("扩展字段", default=list, blank=True, validators=[validate_fields])
    position = models.PositiveSmallIntegerField("排序", default=0)
    is_current = models.BooleanField("现行版本", default=True)
    basis = models.CharField("依据", max_length=200, blank=True)

    objects = ResourceKindQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资源类型"
        constraints = [
            models.UniqueConstraint(
                name="resource_kind_once_per_code_and_version",
                fields=["code", "version"],
                violation_error_message="该类型已有此版本。",
            ),
            models.UniqueConstraint(
                name="resource_kind_has_one_current_version",
                fields=["code"],
                condition=Q(is_current=True),
                violation_error_message="该类型已有现行版本。",
            ),
            models.CheckConstraint(
                name="resource_kind_fields_are_a_list",
                condition=Exact(
                    Func(F("fields"), function="jsonb_typeof", output_field=TextField()), Value("array")
                ),
                violation_error_message="扩展字段应为列表。",
            ),
        ]

    def __str__(self):
        return self.name if self.is_current else f"{self.name}（第 {self.version} 版）"


class Topic(models.Model):
    """What a resource is about: a field of science or an everyday matter."""

    PERSONAL = frozenset()

    code = models.CharField(
        "主题代码", max_length=30, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")]
    )
    name = models.CharField("主题名称", max_length=30, unique=True)
    discipline_code = models.CharField(
        "学科代码", max_length=7, blank=True, help_text="GB/T 13745 的三位一级学科代码；生活主题不填。"
    )
    position = models.PositiveSmallIntegerField("排序", default=0)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "科普主题"
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name
