import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import talent.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("portal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.region",
                        verbose_name="所属区域",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organization",
                        verbose_name="所属单位",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="创建人",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                    ),
                ),
                (
                    "uuid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="唯一标识"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        default=talent.models.new_code,
                        editable=False,
                        max_length=12,
                        unique=True,
                        verbose_name="人才编号",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        help_text="本人登录后可查看自己的服务时长。",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="talents",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="本人账号",
                    ),
                ),
                ("name", models.CharField(max_length=30, verbose_name="姓名")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("expert", "科普专家"),
                            ("chief_scientist", "首席科学传播专家"),
                            ("committee", "专家指导委员会委员"),
                            ("volunteer", "科技志愿者"),
                            ("information_officer", "科普中国信息员"),
                            ("instructor", "科技辅导员"),
                            ("graduate", "研究生科普实践者"),
                            ("full_time", "科普专职人员"),
                            ("part_time", "科普兼职人员"),
                        ],
                        max_length=20,
                        verbose_name="类别",
                    ),
                ),
                (
                    "rank",
                    models.CharField(
                        choices=[("none", "无"), ("junior", "初级"), ("middle", "中级"), ("senior", "高级")],
                        default="none",
                        max_length=10,
                        verbose_name="职称层级",
                    ),
                ),
                (
                    "field",
                    models.CharField(
                        blank=True,
                        help_text="按 GB/T 13745 学科名称填写",
                        max_length=60,
                        verbose_name="专业领域",
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="语言",
                    ),
                ),
                ("mobile_sealed", models.BinaryField(null=True, verbose_name="手机号（加密）")),
                ("mobile_hash", models.BinaryField(null=True, verbose_name="手机号（查找用）")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="电子邮箱")),
                ("introduction", models.TextField(blank=True, max_length=2000, verbose_name="简介")),
                (
                    "is_public",
                    models.BooleanField(
                        default=False, help_text="本人同意后方可勾选。", verbose_name="公开展示"
                    ),
                ),
                ("entered_on", models.DateField(verbose_name="入库日期")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="退出日期")),
                ("leaving_reason", models.CharField(blank=True, max_length=200, verbose_name="退出原因")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="资料来源")),
            ],
            options={
                "verbose_name": "科普人才",
                "verbose_name_plural": "科普人才",
                "indexes": [models.Index(fields=["category", "region"], name="person_by_category_region")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_on", None), ("left_on__gte", models.F("entered_on")), _connector="OR"
                        ),
                        name="person_leaves_after_entering",
                        violation_error_message="退出日期不能早于入库日期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mobile_hash", None), ("mobile_sealed", None)),
                            models.Q(("mobile_hash__isnull", False), ("mobile_sealed__isnull", False)),
                            _connector="OR",
                        ),
                        name="person_mobile_sealed_with_its_hash",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("left_on", None)),
                        fields=("mobile_hash", "name", "category"),
                        name="person_once_per_mobile_name_and_category",
                        violation_error_message="该人员已以同一类别入库。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="talent.person",
                        verbose_name="人员",
                    ),
                ),
                ("served_on", models.DateField(verbose_name="服务日期")),
                ("minutes", models.IntegerField(help_text="冲正记录为负数", verbose_name="时长（分钟）")),
                ("activity", models.CharField(max_length=120, verbose_name="服务内容")),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversal",
                        to="talent.servicehours",
                        verbose_name="冲正的记录",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="冲正原因")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="记录人",
                    ),
                ),
                ("recorded_at", models.DateTimeField(auto_now_add=True, verbose_name="记录时间")),
            ],
            options={
                "verbose_name": "服务时长",
                "verbose_name_plural": "服务时长",
                "indexes": [models.Index(fields=["served_on"], name="service_by_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("minutes__gt", 0), ("minutes__lte", 720), ("reverses", None)),
                            models.Q(("minutes__gte", -720), ("minutes__lt", 0), ("reverses__isnull", False)),
                            _connector="OR",
                        ),
                        name="service_minutes_fit_a_day",
                        violation_error_message="单次服务时长应在 1 至 720 分钟之间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("reverses", None), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="service_reversed_with_a_reason",
                        violation_error_message="冲正必须写明原因。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reverses", None)),
                        fields=("person", "served_on", "activity"),
                        name="service_once_per_person_day_activity",
                        violation_error_message="该人员当日同一服务已登记。",
                    ),
                ],
            },
        ),
    ]
