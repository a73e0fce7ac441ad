"""Kinds of resources with their own fields, topics, audiences: the words of the registry."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import Exact

from resources.rules.fields import is_for_all


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


class Spirit(models.TextChoices):
    """What the spirit of scientists is made of. Basis: the plan's 价值引领; 科学技术普及法 第六条."""

    PATRIOTISM = "patriotism", "爱国"
    INNOVATION = "innovation", "创新"
    TRUTH = "truth", "求实"
    DEDICATION = "dedication", "奉献"
    COOPERATION = "cooperation", "协同"
    NURTURE = "nurture", "育人"


class Channel(models.TextChoices):
    """How something reaches people. Basis: the plan, 全媒体传播."""

    ONSITE = "onsite", "到场"
    DELIVERED = "delivered", "送上门"
    ONLINE = "online", "网络"
    BROADCAST = "broadcast", "影视音频"
    PRINT = "print", "图书报刊"


class Language(models.TextChoices):
    """The languages something is offered in."""

    MANDARIN = "mandarin", "普通话"
    CANTONESE = "cantonese", "粤语"
    HAKKA = "hakka", "客家话"
    ENGLISH = "english", "英语"
    JAPANESE = "japanese", "日语"
    KOREAN = "korean", "韩语"
    OTHER = "other", "其他语言"


class Accessibility(models.TextChoices):
    """What is there for people who need it. Basis: 无障碍环境建设法."""

    STEP_FREE = "step_free", "无障碍通道"
    LIFT = "lift", "无障碍电梯"
    TOILET = "toilet", "无障碍卫生间"
    PARKING = "parking", "无障碍停车位"
    WHEELCHAIR = "wheelchair", "轮椅借用"
    SIGN_LANGUAGE = "sign_language", "手语"
    BRAILLE = "braille", "盲文"
    CAPTIONS = "captions", "字幕"
    AUDIO = "audio", "语音讲解"
    TOUCH = "touch", "可触摸"
    GUIDE_DOG = "guide_dog", "导盲犬可入"
    NURSING = "nursing", "母婴室"


class Licence(models.TextChoices):
    """What others may do with the content."""

    UNKNOWN = "unknown", "未说明"
    CC0 = "cc0", "CC0 放弃权利"
    BY = "cc_by", "CC BY 署名"
    BY_SA = "cc_by_sa", "CC BY-SA 署名—相同方式共享"
    BY_NC = "cc_by_nc", "CC BY-NC 署名—非商业性使用"
    BY_ND = "cc_by_nd", "CC BY-ND 署名—禁止演绎"
    BY_NC_SA = "cc_by_nc_sa", "CC BY-NC-SA 署名—非商业性使用—相同方式共享"
    BY_NC_ND = "cc_by_nc_nd", "CC BY-NC-ND 署名—非商业性使用—禁止演绎"
    VIEW_ONLY = "view_only", "仅限浏览"


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
    page and sheet alike; a field that does not say public is internal.
    """

    PERSONAL = frozenset()

    code = models.CharField(
        "类型代码", max_length=30, validators=[RegexValidator(r"^[a-z][a-z_]*$", "请用小写字母和下划线。")]
    )
    version = models.PositiveSmallIntegerField("版本", default=1)
    name = models.CharField("类型名称", max_length=30)
    summary = models.CharField("说明", max_length=200, blank=True)
    channel = models.CharField(
        "传播渠道",
        max_length=10,
        choices=Channel,
        default=Channel.DELIVERED,
        help_text="这类资源怎样到达公众。",
    )
    is_place = models.BooleanField("有固定场所", default=False, help_text="有地址、开放时间和地图位置。")
    fields = models.JSONField("扩展字段", default=list, blank=True, validators=[validate_fields])
    classification_code = models.CharField(
        "分类代码",
        max_length=20,
        blank=True,
        help_text="国家标准《科普资源分类与代码》的代码；不清楚的留空。",
    )
    classification_edition = models.CharField(
        "分类标准版本", max_length=40, blank=True, help_text="如 GB/T 32844—2025。"
    )
    freshness_months = models.PositiveSmallIntegerField(
        "核实周期（月）", default=12, help_text="发布或核实后多少个月需要再次核实。"
    )
    grace_days = models.PositiveSmallIntegerField(
        "宽限期（天）", default=60, help_text="到期后无人答复，再过多少天下架。"
    )
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
            models.CheckConstraint(
                name="resource_kind_code_names_its_edition",
                condition=Q(classification_code="") | ~Q(classification_edition=""),
                violation_error_message="填写分类代码时，请写明标准版本。",
            ),
            models.CheckConstraint(
                name="resource_kind_is_confirmed_within_ten_years",
                condition=Q(freshness_months__range=(1, 120), grace_days__range=(7, 730)),
                violation_error_message="核实周期应为 1 至 120 个月，宽限期应为 7 至 730 天。",
            ),
        ]

    def __str__(self):
        return self.name if self.is_current else f"{self.name}（第 {self.version} 版）"

    @property
    def choice_fields(self) -> list[dict]:
        """The extra fields with a list of values: what one searches and narrows by."""
        return [field for field in self.fields if field["type"] in (FieldType.CHOICE, FieldType.CHOICES)]

    @property
    def public_fields(self) -> list[dict]:
        return [field for field in self.fields if is_for_all(field)]

    def public_details(self, details: dict) -> list[dict]:
        """What is in the public fields that are filled in, as data."""
        return [
            {"code": field["code"], "label": field["label"], "value": details[field["code"]]}
            for field in self.public_fields
            if details.get(field["code"]) not in (None, "", [])
        ]


class Topic(models.Model):
    """What a resource is about: a field of science or an everyday matter."""

    PERSONAL = frozenset()

    class Group(models.TextChoices):
        COMMON = "common", "常用主题"
        FIELD = "field", "学科领域"
        EVERYDAY = "everyday", "生活主题"

    code = models.CharField(
        "主题代码", max_length=30, unique=True, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")]
    )
    name = models.CharField("主题名称", max_length=30, unique=True)
    discipline_code = models.CharField(
        "学科代码", max_length=7, blank=True, help_text="GB/T 13745 的三位一级学科代码；生活主题不填。"
    )
    group = models.CharField("分组", max_length=10, choices=Group, default=Group.COMMON)
    position = models.PositiveSmallIntegerField("排序", default=0)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "科普主题"
        ordering = ["position", "pk"]

    def __str__(self):
        return self.name
