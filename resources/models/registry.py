"""The registry: what the city offers, its life from draft to archive, its versions."""

import secrets

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.accounts import Scoped, ScopedQuerySet
from portal.roles import Perm
from portal.workflow import Step, Workflow
from resources.models.kinds import (
    Accessibility,
    Audience,
    Dimension,
    Language,
    Licence,
    ResourceKind,
    Spirit,
    Topic,
)
from resources.rules import (
    AS_USUAL,
    AS_WEEKEND,
    CLOSED,
    Span,
    written,
    written_prices,
    written_special,
)
from resources.rules.fields import is_for_all, shown_value, written_details

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is mistaken for another


def written_hours(hours) -> str:
    return written([Span(row.weekday, row.opens, row.closes, row.note) for row in hours])


def new_code() -> str:
    """A public code of a resource: eight letters, said over the telephone without mistakes."""
    return "".join(secrets.choice(LETTERS) for _ in range(8))


class HolidayRule(models.TextChoices):
    """What a place does on public holidays and on weekends worked in exchange."""

    USUAL = AS_USUAL, "照常（按星期）"
    CLOSED = CLOSED, "法定节假日闭馆"
    WEEKEND = AS_WEEKEND, "按周末（调休上班日按工作日）"


class ResourceQuerySet(ScopedQuerySet):
    def published(self):
        return self.filter(status=Resource.Status.PUBLISHED)


class Resource(Scoped):
    """One thing the city offers: a venue, a course, a lecture, a kit. Public once published."""

    PERSONAL = frozenset({"contact", "contact_phone"})

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        SUBMITTED = "submitted", "待审核"
        CHECKED = "checked", "区级已核"
        PUBLISHED = "published", "已发布"
        RETURNED = "returned", "已退回"
        ARCHIVED = "archived", "已下架"

    class Booking(models.TextChoices):
        UNKNOWN = "unknown", "未核实"
        NONE = "none", "无需预约"
        ADVANCE = "advance", "需提前预约"
        GROUP = "group", "仅接待团体"

    code = models.CharField("资源编号", max_length=12, unique=True, default=new_code, editable=False)
    kind = models.ForeignKey(ResourceKind, models.PROTECT, verbose_name="资源类型", related_name="resources")
    title = models.CharField("名称", max_length=120)
    aliases = models.CharField("别名", max_length=200, blank=True, help_text="曾用名、俗称，用顿号分开。")
    summary = models.CharField("一句话介绍", max_length=200, blank=True)
    description = models.TextField("详细介绍", max_length=5000, blank=True)
    public_notice = models.CharField(
        "临时公告", max_length=200, blank=True, help_text="如闭馆、装修、改期，显示在页面最上方。"
    )
    audiences = ArrayField(
        models.CharField("人群", max_length=20, choices=Audience),
        verbose_name="面向人群",
        default=list,
        blank=True,
    )
    topics = models.ManyToManyField(Topic, verbose_name="科普主题", related_name="resources", blank=True)
    dimensions = ArrayField(
        models.CharField("维度", max_length=20, choices=Dimension),
        verbose_name="科普内容",
        default=list,
        blank=True,
    )
    spirits = ArrayField(
        models.CharField("科学家精神", max_length=20, choices=Spirit),
        verbose_name="科学家精神",
        default=list,
        blank=True,
    )
    languages = ArrayField(
        models.CharField("语言", max_length=20, choices=Language),
        verbose_name="语言",
        default=list,
        blank=True,
    )
    accessibility = ArrayField(
        models.CharField("无障碍", max_length=20, choices=Accessibility),
        verbose_name="无障碍与便利设施",
        default=list,
        blank=True,
    )
    capacity = models.PositiveIntegerField("可同时接待（人）", null=True, blank=True)
    licence = models.CharField("使用许可", max_length=20, choices=Licence, default=Licence.UNKNOWN)
    ages_from = models.PositiveSmallIntegerField(
        "适合年龄自（岁）", null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    ages_to = models.PositiveSmallIntegerField(
        "适合年龄至（岁）", null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    is_free = models.BooleanField("免费", null=True, blank=True)
    cost = models.CharField("收费说明", max_length=200, blank=True)
    booking = models.CharField("预约方式", max_length=10, choices=Booking, default=Booking.UNKNOWN)
    booking_note = models.CharField("预约说明", max_length=200, blank=True)
    booking_url = models.URLField("预约网址", max_length=300, blank=True)
    website = models.URLField("网址", max_length=300, blank=True)
    public_phone = models.CharField("公开电话", max_length=40, blank=True, help_text="办公电话，向公众公开。")
    contact = models.CharField("联系人", max_length=30, blank=True, help_text="仅供内部联系，不公开。")
    contact_phone = models.CharField(
        "联系人电话", max_length=30, blank=True, help_text="仅供内部联系，不公开。"
    )
    address = models.CharField("地址", max_length=200, blank=True)
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=8, decimal_places=5, null=True, blank=True)
    position_source = models.CharField("坐标来源", max_length=200, blank=True)
    is_position_verified = models.BooleanField("坐标已核实", default=False)
    hours_note = models.CharField("开放说明", max_length=200, blank=True)
    holiday_rule = models.CharField("节假日", max_length=10, choices=HolidayRule, default=HolidayRule.USUAL)
    details = models.JSONField("扩展内容", default=dict, blank=True)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.DRAFT, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True, editable=False)
    checked_at = models.DateTimeField("区级核对时间", null=True, blank=True, editable=False)
    published_at = models.DateTimeField("发布时间", null=True, blank=True, editable=False)
    listed_on = models.DateField("首次发布日期", null=True, blank=True, editable=False)
    archived_at = models.DateTimeField("下架时间", null=True, blank=True, editable=False)
    confirmed_on = models.DateField("信息核实日期", null=True, blank=True)
    confirm_by = models.DateField("应核实日期", null=True, blank=True, editable=False)
    asked_on = models.DateField("催核日期", null=True, blank=True, editable=False)
    source = models.CharField("资料来源", max_length=200, blank=True)
    source_note = models.CharField("来源说明", max_length=300, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="并入",
        related_name="merged_records",
        editable=False,
    )
    next_session_at = models.DateTimeField("最近一场", null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField("修订号", default=1, editable=False)
    updated_at = models.DateTimeField("更新时间", default=timezone.now, editable=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "科普资源"
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="resource_latest_changed"),
            models.Index(fields=["organization", "-updated_at", "-id"], name="resource_by_organization"),
            models.Index(fields=["status", "-updated_at", "-id"], name="resource_by_status"),
            models.Index(fields=["region", "kind"], name="resource_by_region_and_kind"),
            models.Index(fields=["confirm_by", "id"], name="resource_due_for_confirmation"),
            GinIndex(fields=["details"], name="resource_by_own_fields", opclasses=["jsonb_path_ops"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="resource_code_is_short_and_plain",
                condition=Q(code__regex=r"^[a-z0-9]{4,12}$"),
                violation_error_message="资源编号应为 4 至 12 位小写字母和数字。",
            ),
            models.CheckConstraint(
                name="resource_has_a_title",
                condition=~Q(title=""),
                violation_error_message="请填写名称。",
            ),
            models.CheckConstraint(
                name="resource_published_has_its_time",
                condition=~Q(status="published") | Q(published_at__isnull=False, listed_on__isnull=False),
                violation_error_message="已发布的资源必须有发布时间。",
            ),
            models.CheckConstraint(
                name="resource_checked_has_its_time",
                condition=~Q(status="checked") | Q(checked_at__isnull=False),
                violation_error_message="区级已核的资源必须有核对时间。",
            ),
            models.CheckConstraint(
                name="resource_is_confirmed_before_it_is_due",
                condition=Q(confirm_by=None) | Q(confirmed_on=None) | Q(confirm_by__gt=F("confirmed_on")),
                violation_error_message="应核实日期应晚于上次核实日期。",
            ),
            models.CheckConstraint(
                name="resource_merged_is_archived",
                condition=Q(merged_into=None) | Q(status="archived") & ~Q(merged_into=F("id")),
                violation_error_message="并入另一条的资源应已下架。",
            ),
            models.CheckConstraint(
                name="resource_archived_has_its_time",
                condition=~Q(status="archived") | Q(archived_at__isnull=False),
                violation_error_message="已下架的资源必须有下架时间。",
            ),
            models.CheckConstraint(
                name="resource_published_says_for_whom",
                condition=~Q(status="published") | ~Q(audiences=[]),
                violation_error_message="已发布的资源必须写明面向人群。",
            ),
            models.CheckConstraint(
                name="resource_audiences_are_known",
                condition=Q(audiences__contained_by=Audience.values),
                violation_error_message="面向人群只能从列表中选择。",
            ),
            models.CheckConstraint(
                name="resource_dimensions_are_known",
                condition=Q(dimensions__contained_by=Dimension.values),
                violation_error_message="科普内容只能从列表中选择。",
            ),
            models.CheckConstraint(
                name="resource_spirits_are_known",
                condition=Q(spirits__contained_by=Spirit.values),
                violation_error_message="科学家精神只能从列表中选择。",
            ),
            models.CheckConstraint(
                name="resource_languages_are_known",
                condition=Q(languages__contained_by=Language.values),
                violation_error_message="语言只能从列表中选择。",
            ),
            models.CheckConstraint(
                name="resource_accessibility_is_known",
                condition=Q(accessibility__contained_by=Accessibility.values),
                violation_error_message="无障碍与便利设施只能从列表中选择。",
            ),
            models.CheckConstraint(
                name="resource_receives_somebody",
                condition=Q(capacity=None) | Q(capacity__range=(1, 1_000_000)),
                violation_error_message="可同时接待人数应在 1 至 100 万之间。",
            ),
            models.CheckConstraint(
                name="resource_ages_in_order",
                condition=Q(ages_from=None) | Q(ages_to=None) | Q(ages_to__gte=F("ages_from")),
                violation_error_message="年龄上限不能小于下限。",
            ),
            models.CheckConstraint(
                name="resource_position_is_whole_and_has_a_source",
                condition=Q(latitude=None, longitude=None, is_position_verified=False)
                | Q(latitude__isnull=False, longitude__isnull=False) & ~Q(position_source=""),
                violation_error_message="经度和纬度应同时填写，并写明坐标来源。",
            ),
            # The box around the city, 深汕特别合作区 included.
            models.CheckConstraint(
                name="resource_position_within_shenzhen",
                condition=Q(latitude=None)
                | Q(latitude__range=("22.39", "23.15"), longitude__range=("113.70", "115.45")),
                violation_error_message="坐标不在深圳市范围内，请核对经度（113.70–115.45）和纬度（22.39–23.15）。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("resource", args=[self.code])

    def get_desk_url(self):
        return reverse("resources_desk:detail", args=[self.pk])

    kilometres: float | None = None  # from where somebody asks; the menu says it

    @property
    def is_public(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def is_stale(self) -> bool:
        """Published and not confirmed in time."""
        return self.is_public and self.confirm_by is not None and self.confirm_by < timezone.localdate()

    def get_audiences_display(self) -> str:
        return labels_of(Audience, self.audiences)

    def get_is_free_display(self) -> str:
        return {True: "免费", False: "收费", None: ""}[self.is_free]

    def get_dimensions_display(self) -> str:
        return labels_of(Dimension, self.dimensions)

    def get_spirits_display(self) -> str:
        return labels_of(Spirit, self.spirits)

    def get_languages_display(self) -> str:
        return labels_of(Language, self.languages)

    def get_accessibility_display(self) -> str:
        return labels_of(Accessibility, self.accessibility)

    @property
    def hours_text(self) -> str:
        """The weekly hours as a person writes them."""
        return written_hours(self.hours.all())

    @property
    def special_text(self) -> str:
        """Days with other hours, as a person writes them."""
        return written_special(row.as_written for row in self.special_days.all())

    @property
    def prices_text(self) -> str:
        """Who pays less, as a person writes it."""
        rows = list(self.concessions.all())
        names = dict(rows[0].Group.choices) if rows else {}
        return written_prices((row.as_written for row in rows), names)

    @property
    def details_text(self) -> str:
        """The kind's own fields, one a line."""
        return written_details(self.kind.fields, self.details)

    @property
    def ages(self) -> str:
        """适合 6–12 岁; empty where nothing is said."""
        if self.ages_from is None and self.ages_to is None:
            return ""
        if self.ages_to is None:
            return f"{self.ages_from} 岁以上"
        return f"{self.ages_to} 岁以下" if self.ages_from is None else f"{self.ages_from}–{self.ages_to} 岁"

    @property
    def fee(self) -> str:
        """Free, paid or unknown, with what is said about it."""
        words = self.get_is_free_display() or "未核实"
        return f"{words}（{self.cost}）" if self.cost else words

    def public_details(self) -> list[dict]:
        """The kind's own public fields that are filled in, as data."""
        return self.kind.public_details(self.details)

    def extra(self, *, public_only: bool = False) -> list[tuple[str, str]]:
        """Label and text of the kind's own fields that are filled in."""
        shown = []
        for field in self.kind.fields:
            value = self.details.get(field["code"])
            if value not in (None, "", []) and (is_for_all(field) or not public_only):
                shown.append((field["label"], shown_value(value)))
        return shown


def labels_of(choices: type[models.TextChoices], codes: list[str]) -> str:
    return "、".join(str(choice.label) for choice in choices if choice in codes)


REVIEW = Workflow(
    submit=Step(
        label="提交审核",
        sources=frozenset({Resource.Status.DRAFT, Resource.Status.RETURNED}),
        target=Resource.Status.SUBMITTED,
        needs=Perm.RESOURCE_EDIT,
        stamp="submitted_at",
    ),
    check=Step(
        label="核对通过",
        sources=frozenset({Resource.Status.SUBMITTED}),
        target=Resource.Status.CHECKED,
        needs=Perm.RESOURCE_CHECK,
        stamp="checked_at",
    ),
    give_back=Step(
        label="退回单位",
        sources=frozenset({Resource.Status.SUBMITTED}),
        target=Resource.Status.RETURNED,
        needs=Perm.RESOURCE_CHECK,
        wants_note=True,
    ),
    withdraw=Step(
        label="撤回修改",
        sources=frozenset({Resource.Status.SUBMITTED, Resource.Status.CHECKED}),
        target=Resource.Status.DRAFT,
        needs=Perm.RESOURCE_EDIT,
    ),
    publish=Step(
        label="发布",
        sources=frozenset({Resource.Status.SUBMITTED, Resource.Status.CHECKED}),
        target=Resource.Status.PUBLISHED,
        needs=Perm.RESOURCE_REVIEW,
        stamp="published_at",
    ),
    send_back=Step(
        label="退回",
        sources=frozenset({Resource.Status.SUBMITTED, Resource.Status.CHECKED}),
        target=Resource.Status.RETURNED,
        needs=Perm.RESOURCE_REVIEW,
        wants_note=True,
    ),
    revise=Step(
        label="修改后重新送审",
        sources=frozenset({Resource.Status.PUBLISHED, Resource.Status.CHECKED}),
        target=Resource.Status.SUBMITTED,
        needs=Perm.RESOURCE_EDIT,
        stamp="submitted_at",
    ),
    archive=Step(
        label="下架",
        sources=frozenset({Resource.Status.PUBLISHED, Resource.Status.RETURNED, Resource.Status.DRAFT}),
        target=Resource.Status.ARCHIVED,
        needs=Perm.RESOURCE_EDIT,
        stamp="archived_at",
        wants_note=True,
    ),
    lapse=Step(
        label="到期未核实，自动下架",
        sources=frozenset({Resource.Status.PUBLISHED}),
        target=Resource.Status.ARCHIVED,
        needs=Perm.RESOURCE_REVIEW,
        stamp="archived_at",
        by_clock=True,
    ),
    merge=Step(
        label="并入另一条",
        sources=frozenset(Resource.Status),
        target=Resource.Status.ARCHIVED,
        needs=Perm.RESOURCE_REVIEW,
        stamp="archived_at",
    ),
    restore=Step(
        label="恢复为草稿",
        sources=frozenset({Resource.Status.ARCHIVED}),
        target=Resource.Status.DRAFT,
        needs=Perm.RESOURCE_EDIT,
    ),
)


class ResourceVersion(
    pghistory.create_event_model(
        Resource,
        pghistory.InsertEvent("insert"),
        pghistory.UpdateEvent("update"),
        exclude=["contact", "contact_phone", "next_session_at", "asked_on"],
        append_only=True,
        obj_field=pghistory.ObjForeignKey(related_name="versions"),
    )
):
    """The resource as it stood after each change, kept by the database itself, without internal contacts."""

    PERSONAL = frozenset()

    pgh_id = models.BigAutoField("版本编号", primary_key=True)
    pgh_created_at = models.DateTimeField("记录时间", auto_now_add=True)
    pgh_label = models.TextField("变更类别")

    class Meta:
        verbose_name = verbose_name_plural = "资源历史版本"
