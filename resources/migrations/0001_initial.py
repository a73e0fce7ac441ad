import datetime
import uuid
from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.lookups
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import resources.models.changes
import resources.models.kinds
import resources.models.menu
import resources.models.registry
from portal.migration_operations import CreateTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("portal", "0002_scope_and_audit_trail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Resource",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                default=resources.models.registry.new_code,
                                editable=False,
                                max_length=12,
                                unique=True,
                                verbose_name="资源编号",
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="名称")),
                        (
                            "aliases",
                            models.CharField(
                                blank=True,
                                help_text="曾用名、俗称，用顿号分开。",
                                max_length=200,
                                verbose_name="别名",
                            ),
                        ),
                        ("summary", models.CharField(blank=True, max_length=200, verbose_name="一句话介绍")),
                        (
                            "description",
                            models.TextField(blank=True, max_length=5000, verbose_name="详细介绍"),
                        ),
                        (
                            "public_notice",
                            models.CharField(
                                blank=True,
                                help_text="如闭馆、装修、改期，显示在页面最上方。",
                                max_length=200,
                                verbose_name="临时公告",
                            ),
                        ),
                        (
                            "audiences",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("minors", "未成年人"),
                                        ("workers", "从业人员"),
                                        ("officials", "领导干部和公务员"),
                                        ("seniors", "老年人"),
                                        ("general", "社会公众"),
                                    ],
                                    max_length=20,
                                    verbose_name="人群",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="面向人群",
                            ),
                        ),
                        (
                            "dimensions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("knowledge", "科学知识"),
                                        ("method", "科学方法"),
                                        ("thought", "科学思想"),
                                        ("spirit", "科学精神"),
                                    ],
                                    max_length=20,
                                    verbose_name="维度",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="科普内容",
                            ),
                        ),
                        (
                            "spirits",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("patriotism", "爱国"),
                                        ("innovation", "创新"),
                                        ("truth", "求实"),
                                        ("dedication", "奉献"),
                                        ("cooperation", "协同"),
                                        ("nurture", "育人"),
                                    ],
                                    max_length=20,
                                    verbose_name="科学家精神",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="科学家精神",
                            ),
                        ),
                        (
                            "languages",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("mandarin", "普通话"),
                                        ("cantonese", "粤语"),
                                        ("hakka", "客家话"),
                                        ("english", "英语"),
                                        ("japanese", "日语"),
                                        ("korean", "韩语"),
                                        ("other", "其他语言"),
                                    ],
                                    max_length=20,
                                    verbose_name="语言",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="语言",
                            ),
                        ),
                        (
                            "accessibility",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("step_free", "无障碍通道"),
                                        ("lift", "无障碍电梯"),
                                        ("toilet", "无障碍卫生间"),
                                        ("parking", "无障碍停车位"),
                                        ("wheelchair", "轮椅借用"),
                                        ("sign_language", "手语"),
                                        ("braille", "盲文"),
                                        ("captions", "字幕"),
                                        ("audio", "语音讲解"),
                                        ("touch", "可触摸"),
                                        ("guide_dog", "导盲犬可入"),
                                        ("nursing", "母婴室"),
                                    ],
                                    max_length=20,
                                    verbose_name="无障碍",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="无障碍与便利设施",
                            ),
                        ),
                        (
                            "capacity",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="可同时接待（人）"
                            ),
                        ),
                        (
                            "licence",
                            models.CharField(
                                choices=[
                                    ("unknown", "未说明"),
                                    ("cc0", "CC0 放弃权利"),
                                    ("cc_by", "CC BY 署名"),
                                    ("cc_by_sa", "CC BY-SA 署名—相同方式共享"),
                                    ("cc_by_nc", "CC BY-NC 署名—非商业性使用"),
                                    ("cc_by_nd", "CC BY-ND 署名—禁止演绎"),
                                    ("cc_by_nc_sa", "CC BY-NC-SA 署名—非商业性使用—相同方式共享"),
                                    ("cc_by_nc_nd", "CC BY-NC-ND 署名—非商业性使用—禁止演绎"),
                                    ("view_only", "仅限浏览"),
                                ],
                                default="unknown",
                                max_length=20,
                                verbose_name="使用许可",
                            ),
                        ),
                        (
                            "ages_from",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(120)],
                                verbose_name="适合年龄自（岁）",
                            ),
                        ),
                        (
                            "ages_to",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(120)],
                                verbose_name="适合年龄至（岁）",
                            ),
                        ),
                        ("is_free", models.BooleanField(blank=True, null=True, verbose_name="免费")),
                        ("cost", models.CharField(blank=True, max_length=200, verbose_name="收费说明")),
                        (
                            "booking",
                            models.CharField(
                                choices=[
                                    ("unknown", "未核实"),
                                    ("none", "无需预约"),
                                    ("advance", "需提前预约"),
                                    ("group", "仅接待团体"),
                                ],
                                default="unknown",
                                max_length=10,
                                verbose_name="预约方式",
                            ),
                        ),
                        (
                            "booking_note",
                            models.CharField(blank=True, max_length=200, verbose_name="预约说明"),
                        ),
                        ("booking_url", models.URLField(blank=True, max_length=300, verbose_name="预约网址")),
                        ("website", models.URLField(blank=True, max_length=300, verbose_name="网址")),
                        (
                            "public_phone",
                            models.CharField(
                                blank=True,
                                help_text="办公电话，向公众公开。",
                                max_length=40,
                                verbose_name="公开电话",
                            ),
                        ),
                        (
                            "contact",
                            models.CharField(
                                blank=True,
                                help_text="仅供内部联系，不公开。",
                                max_length=30,
                                verbose_name="联系人",
                            ),
                        ),
                        (
                            "contact_phone",
                            models.CharField(
                                blank=True,
                                help_text="仅供内部联系，不公开。",
                                max_length=30,
                                verbose_name="联系人电话",
                            ),
                        ),
                        ("address", models.CharField(blank=True, max_length=200, verbose_name="地址")),
                        (
                            "latitude",
                            models.DecimalField(
                                blank=True, decimal_places=5, max_digits=8, null=True, verbose_name="纬度"
                            ),
                        ),
                        (
                            "longitude",
                            models.DecimalField(
                                blank=True, decimal_places=5, max_digits=8, null=True, verbose_name="经度"
                            ),
                        ),
                        (
                            "position_source",
                            models.CharField(blank=True, max_length=200, verbose_name="坐标来源"),
                        ),
                        (
                            "is_position_verified",
                            models.BooleanField(default=False, verbose_name="坐标已核实"),
                        ),
                        ("hours_note", models.CharField(blank=True, max_length=200, verbose_name="开放说明")),
                        (
                            "holiday_rule",
                            models.CharField(
                                choices=[
                                    ("usual", "照常（按星期）"),
                                    ("closed", "法定节假日闭馆"),
                                    ("weekend", "按周末（调休上班日按工作日）"),
                                ],
                                default="usual",
                                max_length=10,
                                verbose_name="节假日",
                            ),
                        ),
                        ("details", models.JSONField(blank=True, default=dict, verbose_name="扩展内容")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "草稿"),
                                    ("submitted", "待审核"),
                                    ("checked", "区级已核"),
                                    ("published", "已发布"),
                                    ("returned", "已退回"),
                                    ("archived", "已下架"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="提交时间"
                            ),
                        ),
                        (
                            "checked_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="区级核对时间"
                            ),
                        ),
                        (
                            "published_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="发布时间"
                            ),
                        ),
                        (
                            "listed_on",
                            models.DateField(
                                blank=True, editable=False, null=True, verbose_name="首次发布日期"
                            ),
                        ),
                        (
                            "archived_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="下架时间"
                            ),
                        ),
                        (
                            "confirmed_on",
                            models.DateField(blank=True, null=True, verbose_name="信息核实日期"),
                        ),
                        (
                            "confirm_by",
                            models.DateField(
                                blank=True, editable=False, null=True, verbose_name="应核实日期"
                            ),
                        ),
                        (
                            "asked_on",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="催核日期"),
                        ),
                        ("source", models.CharField(blank=True, max_length=200, verbose_name="资料来源")),
                        (
                            "source_note",
                            models.CharField(blank=True, max_length=300, verbose_name="来源说明"),
                        ),
                        (
                            "next_session_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="最近一场"
                            ),
                        ),
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="更新时间"
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
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged_records",
                                to="resources.resource",
                                verbose_name="并入",
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
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "科普资源",
                        "verbose_name_plural": "科普资源",
                    },
                ),
                migrations.CreateModel(
                    name="Programme",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                max_length=30,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[a-z][a-z0-9_]*$", "请用小写字母。"
                                    )
                                ],
                                verbose_name="代码",
                            ),
                        ),
                        ("name", models.CharField(max_length=30, unique=True, verbose_name="项目名称")),
                        ("summary", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        (
                            "dimension",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("knowledge", "科学知识"),
                                    ("method", "科学方法"),
                                    ("thought", "科学思想"),
                                    ("spirit", "科学精神"),
                                ],
                                help_text="匹配资源时优先这类内容。",
                                max_length=20,
                                verbose_name="对应的科普内容",
                            ),
                        ),
                        ("basis", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="排序")),
                        ("is_active", models.BooleanField(default=True, verbose_name="在用")),
                    ],
                    options={
                        "verbose_name": "进校园进社区项目",
                        "verbose_name_plural": "进校园进社区项目",
                        "ordering": ["position", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Topic",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                max_length=30,
                                unique=True,
                                validators=[django.core.validators.RegexValidator("^[a-z][a-z0-9_]*$")],
                                verbose_name="主题代码",
                            ),
                        ),
                        ("name", models.CharField(max_length=30, unique=True, verbose_name="主题名称")),
                        (
                            "discipline_code",
                            models.CharField(
                                blank=True,
                                help_text="GB/T 13745 的三位一级学科代码；生活主题不填。",
                                max_length=7,
                                verbose_name="学科代码",
                            ),
                        ),
                        (
                            "group",
                            models.CharField(
                                choices=[
                                    ("common", "常用主题"),
                                    ("field", "学科领域"),
                                    ("everyday", "生活主题"),
                                ],
                                default="common",
                                max_length=10,
                                verbose_name="分组",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="排序")),
                        ("is_active", models.BooleanField(default=True, verbose_name="在用")),
                    ],
                    options={
                        "verbose_name": "科普主题",
                        "verbose_name_plural": "科普主题",
                        "ordering": ["position", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Booking",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                        ("starts_at", models.DateTimeField(verbose_name="开始时间")),
                        ("ends_at", models.DateTimeField(verbose_name="结束时间")),
                        (
                            "lane",
                            models.PositiveSmallIntegerField(
                                default=1, editable=False, verbose_name="批次位"
                            ),
                        ),
                        (
                            "head_count",
                            models.PositiveIntegerField(
                                validators=[django.core.validators.MinValueValidator(1)], verbose_name="人数"
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("requested", "待答复"),
                                    ("proposed", "已提议改期"),
                                    ("accepted", "已接受"),
                                    ("refused", "已婉拒"),
                                    ("withdrawn", "已撤回"),
                                    ("undone", "已转派"),
                                    ("expired", "已失效"),
                                    ("done", "已完成"),
                                ],
                                default="requested",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("answer_by", models.DateField(editable=False, verbose_name="应答复日期")),
                        (
                            "escalated_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="转区科协时间"
                            ),
                        ),
                        (
                            "answered_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="答复时间"
                            ),
                        ),
                        (
                            "accepted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="接受时间"
                            ),
                        ),
                        (
                            "ended_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="结束办理时间"
                            ),
                        ),
                        (
                            "reminded_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="提醒时间"
                            ),
                        ),
                        (
                            "answer",
                            models.CharField(blank=True, editable=False, max_length=300, verbose_name="答复"),
                        ),
                        (
                            "attendance",
                            models.PositiveIntegerField(
                                blank=True, editable=False, null=True, verbose_name="到场人次"
                            ),
                        ),
                        (
                            "rating",
                            models.PositiveSmallIntegerField(
                                blank=True, editable=False, null=True, verbose_name="评分"
                            ),
                        ),
                        (
                            "rating_words",
                            models.CharField(blank=True, editable=False, max_length=100, verbose_name="评价"),
                        ),
                        (
                            "rated_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="评价时间"
                            ),
                        ),
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
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
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bookings",
                                to="resources.resource",
                                verbose_name="资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "资源预约",
                        "verbose_name_plural": "资源预约",
                    },
                ),
                migrations.CreateModel(
                    name="BookingProof",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("caption", models.CharField(max_length=80, verbose_name="说明")),
                        (
                            "attachment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="附件",
                            ),
                        ),
                        (
                            "booking",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="proofs",
                                to="resources.booking",
                                verbose_name="预约",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "活动佐证",
                        "verbose_name_plural": "活动佐证",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CensusRound",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        ("title", models.CharField(max_length=60, verbose_name="普查名称")),
                        (
                            "year",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(2000),
                                    django.core.validators.MaxValueValidator(2100),
                                ],
                                verbose_name="年度",
                            ),
                        ),
                        ("opens_on", models.DateField(verbose_name="开始填报")),
                        ("due_on", models.DateField(verbose_name="单位填报截止")),
                        ("check_due_on", models.DateField(verbose_name="区级核查截止")),
                        ("closes_on", models.DateField(verbose_name="计划关闭")),
                        (
                            "unit_kinds",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("association", "市科协"),
                                        ("district_association", "区科协"),
                                        ("department", "政府部门"),
                                        ("subdistrict", "街道办事处"),
                                        ("school", "中小学校"),
                                        ("university", "高等院校"),
                                        ("institute", "科研机构"),
                                        ("enterprise", "企业"),
                                        ("society", "学会协会"),
                                        ("venue", "场馆"),
                                        ("hospital", "医疗机构"),
                                        ("other", "其他"),
                                    ],
                                    max_length=20,
                                    verbose_name="单位性质",
                                ),
                                default=list,
                                size=None,
                                verbose_name="普查哪些单位",
                            ),
                        ),
                        ("guide", models.CharField(blank=True, max_length=500, verbose_name="填报说明")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "筹备中"),
                                    ("open", "填报中"),
                                    ("checking", "核查中"),
                                    ("closed", "已关闭"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "opened_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="开启时间"
                            ),
                        ),
                        (
                            "checking_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="转入核查时间"
                            ),
                        ),
                        (
                            "closed_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="关闭时间"
                            ),
                        ),
                        (
                            "close_note",
                            models.CharField(
                                blank=True,
                                editable=False,
                                max_length=300,
                                verbose_name="未核查完即关闭的理由",
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
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "资源普查",
                        "verbose_name_plural": "资源普查",
                    },
                ),
                migrations.CreateModel(
                    name="CensusForm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=30, verbose_name="类型代码")),
                        ("name", models.CharField(max_length=30, verbose_name="类型名称")),
                        ("is_place", models.BooleanField(verbose_name="有固定场所")),
                        ("fields", models.JSONField(blank=True, default=list, verbose_name="扩展字段")),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="排序")),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="forms",
                                to="resources.censusround",
                                verbose_name="普查",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "普查表式",
                        "verbose_name_plural": "普查表式",
                        "ordering": ["position", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CensusEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=12, verbose_name="资源编号")),
                        ("title", models.CharField(max_length=120, verbose_name="名称")),
                        ("title_key", models.CharField(max_length=400, verbose_name="名称拼音")),
                        ("kind_code", models.CharField(max_length=30, verbose_name="类型代码")),
                        ("kind_name", models.CharField(max_length=30, verbose_name="类型名称")),
                        (
                            "kind_position",
                            models.PositiveSmallIntegerField(default=0, verbose_name="类型排序"),
                        ),
                        ("district_code", models.CharField(blank=True, max_length=12, verbose_name="区代码")),
                        ("district_name", models.CharField(blank=True, max_length=60, verbose_name="区")),
                        (
                            "subdistrict_name",
                            models.CharField(blank=True, max_length=60, verbose_name="街道"),
                        ),
                        ("unit_name", models.CharField(blank=True, max_length=120, verbose_name="单位")),
                        (
                            "facts",
                            models.JSONField(
                                default=list, help_text="名称与内容成对的列表", verbose_name="公开内容"
                            ),
                        ),
                        ("is_verified", models.BooleanField(default=False, verbose_name="本次核实")),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="entries",
                                to="resources.censusround",
                                verbose_name="普查",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "名录条目",
                        "verbose_name_plural": "名录条目",
                    },
                ),
                migrations.CreateModel(
                    name="CensusDirectory",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("making", "正在生成"), ("ready", "已生成"), ("failed", "未生成")],
                                default="making",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "pdf_digest",
                            models.CharField(blank=True, max_length=64, verbose_name="名录 PDF 校验和"),
                        ),
                        (
                            "workbook_digest",
                            models.CharField(blank=True, max_length=64, verbose_name="名录工作簿校验和"),
                        ),
                        (
                            "differences_digest",
                            models.CharField(blank=True, max_length=64, verbose_name="对比工作簿校验和"),
                        ),
                        (
                            "differences",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="对比工作簿",
                            ),
                        ),
                        (
                            "job",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="portal.job",
                                verbose_name="后台任务",
                            ),
                        ),
                        (
                            "pdf",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="名录 PDF",
                            ),
                        ),
                        (
                            "workbook",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="名录工作簿",
                            ),
                        ),
                        (
                            "round",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="directory",
                                to="resources.censusround",
                                verbose_name="普查",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "普查名录",
                        "verbose_name_plural": "普查名录",
                    },
                ),
                migrations.CreateModel(
                    name="CensusUnit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="单位名称")),
                        ("is_late_joiner", models.BooleanField(default=False, verbose_name="开启后补入")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("todo", "未填"),
                                    ("filling", "填报中"),
                                    ("submitted", "待区级核查"),
                                    ("checked", "待市级核查"),
                                    ("accepted", "已通过"),
                                    ("returned", "已退回"),
                                ],
                                default="todo",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "note",
                            models.CharField(
                                blank=True, editable=False, max_length=500, verbose_name="退回意见"
                            ),
                        ),
                        (
                            "first_submitted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="首次提交时间"
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="提交时间"
                            ),
                        ),
                        (
                            "checked_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="区级核查时间"
                            ),
                        ),
                        (
                            "accepted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="市级通过时间"
                            ),
                        ),
                        (
                            "reminded_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="最近催办"
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
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="units",
                                to="resources.censusround",
                                verbose_name="普查",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "普查单位",
                        "verbose_name_plural": "普查单位",
                    },
                ),
                migrations.CreateModel(
                    name="DeskFilter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=20, verbose_name="名称")),
                        ("query", models.CharField(max_length=1000, verbose_name="筛选条件")),
                        (
                            "sharing",
                            models.CharField(
                                choices=[
                                    ("private", "只给自己"),
                                    ("unit", "给本单位的人"),
                                    ("role", "给同一角色的人"),
                                ],
                                default="private",
                                max_length=10,
                                verbose_name="给谁看",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("staff", "市科协工作人员"),
                                    ("accounts", "账号管理员"),
                                    ("security", "安全管理员"),
                                    ("auditor", "审计员"),
                                    ("district", "区科协填报员"),
                                    ("district_head", "区科协负责人"),
                                    ("education", "教育行政部门"),
                                    ("subdistrict", "街道科普干事"),
                                    ("school", "学校录入员"),
                                    ("school_verifier", "学校审核员"),
                                    ("unit", "单位联络员"),
                                    ("expert", "专家"),
                                    ("volunteer", "志愿者"),
                                    ("guardian", "监护人"),
                                ],
                                max_length=20,
                                verbose_name="角色",
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="创建时间"),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="单位",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="所有人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "保存的筛选",
                        "verbose_name_plural": "保存的筛选",
                    },
                ),
                migrations.CreateModel(
                    name="Interests",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "topics",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=30, verbose_name="主题"),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="感兴趣的主题",
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("minors", "未成年人"),
                                    ("workers", "从业人员"),
                                    ("officials", "领导干部和公务员"),
                                    ("seniors", "老年人"),
                                    ("general", "社会公众"),
                                ],
                                max_length=20,
                                verbose_name="为谁找",
                            ),
                        ),
                        (
                            "age",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(120)],
                                verbose_name="适合年龄（岁）",
                            ),
                        ),
                        (
                            "district",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所在区",
                            ),
                        ),
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="interests",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="用户",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "我的兴趣",
                        "verbose_name_plural": "我的兴趣",
                    },
                ),
                migrations.CreateModel(
                    name="Likeness",
                    fields=[
                        (
                            "resource",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="likeness",
                                serialize=False,
                                to="resources.resource",
                                verbose_name="资源",
                            ),
                        ),
                        (
                            "group",
                            models.CharField(
                                help_text="有场所的类型在一起比较，其余各比各的。",
                                max_length=30,
                                verbose_name="比较范围",
                            ),
                        ),
                        ("name_key", models.CharField(max_length=120, verbose_name="名称")),
                        ("sound_key", models.CharField(max_length=600, verbose_name="读音")),
                        ("code_key", models.CharField(blank=True, max_length=40, verbose_name="外部编号")),
                        ("address_key", models.CharField(blank=True, max_length=200, verbose_name="地址")),
                        ("phone_key", models.CharField(blank=True, max_length=20, verbose_name="电话")),
                        ("north", models.IntegerField(null=True, verbose_name="纬度格")),
                        ("east", models.IntegerField(null=True, verbose_name="经度格")),
                    ],
                    options={
                        "verbose_name": "比对特征",
                        "verbose_name_plural": "比对特征",
                    },
                ),
                migrations.CreateModel(
                    name="MenuEntry",
                    fields=[
                        (
                            "resource",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="menu_entry",
                                serialize=False,
                                to="resources.resource",
                                verbose_name="资源",
                            ),
                        ),
                        (
                            "audience_bits",
                            models.SmallIntegerField(help_text="按人群次序的二进制位。", verbose_name="人群"),
                        ),
                        (
                            "topic_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.IntegerField(verbose_name="主题编号"),
                                default=list,
                                size=None,
                                verbose_name="主题",
                            ),
                        ),
                        ("is_free", models.BooleanField(verbose_name="免费")),
                        (
                            "free_bits",
                            models.SmallIntegerField(
                                default=0, help_text="按优惠人群次序的二进制位。", verbose_name="免费人群"
                            ),
                        ),
                        (
                            "open_times",
                            resources.models.menu.TimesField(default="{}", verbose_name="开放时段"),
                        ),
                        (
                            "soonest",
                            models.DateTimeField(
                                default=datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.UTC),
                                verbose_name="最近一场",
                            ),
                        ),
                        ("published_at", models.DateTimeField(verbose_name="发布时间")),
                        ("title_key", models.CharField(max_length=400, verbose_name="名称拼音")),
                    ],
                    options={
                        "verbose_name": "菜单条目",
                        "verbose_name_plural": "菜单条目",
                    },
                ),
                migrations.CreateModel(
                    name="DuplicatePair",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "reasons",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("name", "名称相同"),
                                        ("sound", "读音相同"),
                                        ("code", "书号等编号相同"),
                                        ("address", "地址相同、名称相近"),
                                        ("phone", "电话相同、名称相近"),
                                        ("near", "相距不到 100 米、名称相近"),
                                    ],
                                    max_length=10,
                                    verbose_name="理由",
                                ),
                                size=None,
                                verbose_name="理由",
                            ),
                        ),
                        (
                            "found_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="发现时间"),
                        ),
                        (
                            "dismissed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="排除时间"),
                        ),
                        (
                            "dismissed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="排除人",
                            ),
                        ),
                        (
                            "first",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="resources.resource",
                                verbose_name="资源甲",
                            ),
                        ),
                        (
                            "second",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="resources.resource",
                                verbose_name="资源乙",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "疑似重复",
                        "verbose_name_plural": "疑似重复",
                    },
                ),
                migrations.CreateModel(
                    name="Concession",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "group",
                            models.CharField(
                                choices=[
                                    ("everybody", "所有人"),
                                    ("seniors", "老年人"),
                                    ("minors", "未成年人"),
                                    ("disabled", "残疾人"),
                                    ("military", "军人"),
                                    ("students", "学生"),
                                    ("teachers", "教师"),
                                ],
                                max_length=12,
                                verbose_name="人群",
                            ),
                        ),
                        (
                            "percent",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="0 为免费，50 为半价。", verbose_name="实付（%）"
                            ),
                        ),
                        (
                            "weekdays",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(verbose_name="星期"),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="星期",
                            ),
                        ),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="自")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="至")),
                        ("note", models.CharField(blank=True, max_length=80, verbose_name="说明")),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="concessions",
                                to="resources.resource",
                                verbose_name="资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "优惠",
                        "verbose_name_plural": "优惠",
                        "ordering": ["group", "percent", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CensusAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="名称")),
                        (
                            "answer",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "未答"),
                                    ("confirm", "无变化"),
                                    ("change", "有变化"),
                                    ("gone", "已不存在"),
                                    ("add", "新增"),
                                ],
                                default="",
                                max_length=10,
                                verbose_name="作答",
                            ),
                        ),
                        ("is_new", models.BooleanField(default=False, verbose_name="新增的一行")),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=200, verbose_name="不再提供的原因"),
                        ),
                        ("before", models.JSONField(blank=True, default=dict, verbose_name="上次内容")),
                        ("values", models.JSONField(blank=True, default=dict, verbose_name="本次内容")),
                        ("check_note", models.CharField(blank=True, max_length=300, verbose_name="核查意见")),
                        ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="作答时间")),
                        (
                            "applied_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="写入资源库时间"),
                        ),
                        ("outcome", models.CharField(blank=True, max_length=200, verbose_name="写入结果")),
                        ("revision", models.PositiveIntegerField(default=1, verbose_name="修订号")),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="作答人",
                            ),
                        ),
                        (
                            "form",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="resources.censusform",
                                verbose_name="普查表式",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="resources.censusunit",
                                verbose_name="普查单位",
                            ),
                        ),
                        (
                            "resource",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="census_answers",
                                to="resources.resource",
                                verbose_name="资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "普查作答",
                        "verbose_name_plural": "普查作答",
                    },
                ),
                migrations.CreateModel(
                    name="BookingTerms",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("is_open", models.BooleanField(default=True, verbose_name="接受预约")),
                        (
                            "lead_days",
                            models.PositiveSmallIntegerField(
                                default=3,
                                validators=[django.core.validators.MaxValueValidator(180)],
                                verbose_name="至少提前（天）",
                            ),
                        ),
                        (
                            "most_per_week",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                help_text="不填为不限。",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(200),
                                ],
                                verbose_name="每周最多（批）",
                            ),
                        ),
                        (
                            "lanes",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(50),
                                ],
                                verbose_name="同一时间可接待（批）",
                            ),
                        ),
                        (
                            "most_heads",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="不填为不限。",
                                null=True,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="每批最多（人）",
                            ),
                        ),
                        (
                            "note",
                            models.CharField(
                                blank=True,
                                help_text="申请人提交前看到，如需要带什么。",
                                max_length=200,
                                verbose_name="预约须知",
                            ),
                        ),
                        (
                            "resource",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="booking_terms",
                                to="resources.resource",
                                verbose_name="资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "预约规则",
                        "verbose_name_plural": "预约规则",
                    },
                ),
                migrations.CreateModel(
                    name="MenuChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "transaction_number",
                            models.BigIntegerField(
                                db_default=resources.models.changes.CurrentTransaction(),
                                verbose_name="事务编号",
                            ),
                        ),
                        (
                            "resource_ids",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(verbose_name="资源编号"),
                                default=list,
                                size=None,
                                verbose_name="资源",
                            ),
                        ),
                        (
                            "made_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间"),
                        ),
                    ],
                    options={
                        "verbose_name": "菜单变更",
                        "verbose_name_plural": "菜单变更",
                        "indexes": [
                            models.Index(fields=["transaction_number"], name="menu_change_by_transaction")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Merge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("chosen", models.JSONField(default=list, verbose_name="取自并入方的内容")),
                        ("before", models.JSONField(default=dict, verbose_name="保留方原值")),
                        (
                            "moved",
                            models.JSONField(
                                default=dict, help_text="表和字段：编号。", verbose_name="移过来的记录"
                            ),
                        ),
                        ("left", models.JSONField(default=dict, verbose_name="未能移动的记录")),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="操作人",
                            ),
                        ),
                        (
                            "merged",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merge",
                                to="resources.resource",
                                verbose_name="并入",
                            ),
                        ),
                        (
                            "survivor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merges",
                                to="resources.resource",
                                verbose_name="保留",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "合并记录",
                        "verbose_name_plural": "合并记录",
                    },
                ),
                migrations.CreateModel(
                    name="Need",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "title",
                            models.CharField(
                                help_text="如：给四年级讲一次海洋科学。",
                                max_length=60,
                                verbose_name="想要什么",
                            ),
                        ),
                        (
                            "details",
                            models.TextField(
                                blank=True,
                                help_text="只给主管部门和接单单位看，不公开。",
                                max_length=1000,
                                verbose_name="具体说明",
                            ),
                        ),
                        (
                            "audience",
                            models.CharField(
                                choices=[
                                    ("minors", "未成年人"),
                                    ("workers", "从业人员"),
                                    ("officials", "领导干部和公务员"),
                                    ("seniors", "老年人"),
                                    ("general", "社会公众"),
                                ],
                                max_length=20,
                                verbose_name="给谁",
                            ),
                        ),
                        (
                            "ages_from",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(120)],
                                verbose_name="年龄自（岁）",
                            ),
                        ),
                        (
                            "ages_to",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(120)],
                                verbose_name="年龄至（岁）",
                            ),
                        ),
                        (
                            "head_count",
                            models.PositiveIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(100000),
                                ],
                                verbose_name="人数",
                            ),
                        ),
                        (
                            "address",
                            models.CharField(
                                blank=True,
                                help_text="如学校或社区的地址；上门服务时需要，不公开。",
                                max_length=120,
                                verbose_name="地点",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="最早哪天")),
                        ("ends_on", models.DateField(verbose_name="最晚哪天")),
                        (
                            "weekdays",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(
                                    choices=[
                                        (1, "周一"),
                                        (2, "周二"),
                                        (3, "周三"),
                                        (4, "周四"),
                                        (5, "周五"),
                                        (6, "周六"),
                                        (7, "周日"),
                                    ],
                                    verbose_name="星期",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="星期几合适",
                            ),
                        ),
                        (
                            "day_part",
                            models.CharField(
                                blank=True,
                                choices=[("morning", "上午"), ("afternoon", "下午"), ("evening", "晚上")],
                                max_length=10,
                                verbose_name="什么时段",
                            ),
                        ),
                        (
                            "repeats",
                            models.CharField(
                                choices=[
                                    ("once", "一次"),
                                    ("weekly", "每周"),
                                    ("monthly", "每月"),
                                    ("termly", "每学期"),
                                ],
                                default="once",
                                max_length=10,
                                verbose_name="多久一次",
                            ),
                        ),
                        (
                            "asker",
                            models.CharField(
                                choices=[
                                    ("school", "学校"),
                                    ("community", "社区"),
                                    ("firm", "企业"),
                                    ("office", "机关事业单位"),
                                    ("person", "个人、家庭或团体"),
                                ],
                                max_length=10,
                                verbose_name="提出方",
                            ),
                        ),
                        (
                            "asker_name",
                            models.CharField(
                                blank=True,
                                help_text="学校、社区、企业或单位的全称；个人不用填。",
                                max_length=60,
                                verbose_name="单位名称",
                            ),
                        ),
                        ("contact_sealed", models.BinaryField(null=True, verbose_name="联系人（加密）")),
                        ("mobile_sealed", models.BinaryField(null=True, verbose_name="手机号（加密）")),
                        ("mobile_hash", models.BinaryField(null=True, verbose_name="手机号（查找用）")),
                        ("mail_sealed", models.BinaryField(null=True, verbose_name="电子邮箱（加密）")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("submitted", "待受理"),
                                    ("waiting", "待对接"),
                                    ("accepted", "已对接"),
                                    ("done", "已完成"),
                                    ("refused", "不予受理"),
                                    ("withdrawn", "已撤回"),
                                    ("expired", "已过期"),
                                ],
                                default="submitted",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "accepted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="受理时间"
                            ),
                        ),
                        (
                            "ended_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="结束时间"
                            ),
                        ),
                        (
                            "erased_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="个人信息删除时间"
                            ),
                        ),
                        (
                            "note",
                            models.CharField(
                                blank=True, editable=False, max_length=300, verbose_name="办理说明"
                            ),
                        ),
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
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
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="needs",
                                to="resources.programme",
                                verbose_name="所属项目",
                            ),
                        ),
                        (
                            "topics",
                            models.ManyToManyField(
                                blank=True, related_name="needs", to="resources.topic", verbose_name="主题"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "科普需求",
                        "verbose_name_plural": "科普需求",
                    },
                ),
                migrations.AddField(
                    model_name="booking",
                    name="need",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="resources.need",
                        verbose_name="需求",
                    ),
                ),
                migrations.CreateModel(
                    name="OpeningHours",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "weekday",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "周一"),
                                    (2, "周二"),
                                    (3, "周三"),
                                    (4, "周四"),
                                    (5, "周五"),
                                    (6, "周六"),
                                    (7, "周日"),
                                ],
                                verbose_name="星期",
                            ),
                        ),
                        ("opens", models.TimeField(verbose_name="开放")),
                        ("closes", models.TimeField(verbose_name="关闭")),
                        ("note", models.CharField(blank=True, max_length=60, verbose_name="说明")),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="hours",
                                to="resources.resource",
                                verbose_name="资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "开放时间",
                        "verbose_name_plural": "开放时间",
                        "ordering": ["weekday", "opens"],
                    },
                ),
                migrations.CreateModel(
                    name="ResourceKind",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                max_length=30,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^[a-z][a-z_]*$", "请用小写字母和下划线。"
                                    )
                                ],
                                verbose_name="类型代码",
                            ),
                        ),
                        ("version", models.PositiveSmallIntegerField(default=1, verbose_name="版本")),
                        ("name", models.CharField(max_length=30, verbose_name="类型名称")),
                        ("summary", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("onsite", "到场"),
                                    ("delivered", "送上门"),
                                    ("online", "网络"),
                                    ("broadcast", "影视音频"),
                                    ("print", "图书报刊"),
                                ],
                                default="delivered",
                                help_text="这类资源怎样到达公众。",
                                max_length=10,
                                verbose_name="传播渠道",
                            ),
                        ),
                        (
                            "is_place",
                            models.BooleanField(
                                default=False,
                                help_text="有地址、开放时间和地图位置。",
                                verbose_name="有固定场所",
                            ),
                        ),
                        (
                            "fields",
                            models.JSONField(
                                blank=True,
                                default=list,
                                validators=[resources.models.kinds.validate_fields],
                                verbose_name="扩展字段",
                            ),
                        ),
                        (
                            "classification_code",
                            models.CharField(
                                blank=True,
                                help_text="国家标准《科普资源分类与代码》的代码；不清楚的留空。",
                                max_length=20,
                                verbose_name="分类代码",
                            ),
                        ),
                        (
                            "classification_edition",
                            models.CharField(
                                blank=True,
                                help_text="如 GB/T 32844—2025。",
                                max_length=40,
                                verbose_name="分类标准版本",
                            ),
                        ),
                        (
                            "freshness_months",
                            models.PositiveSmallIntegerField(
                                default=12,
                                help_text="发布或核实后多少个月需要再次核实。",
                                verbose_name="核实周期（月）",
                            ),
                        ),
                        (
                            "grace_days",
                            models.PositiveSmallIntegerField(
                                default=60,
                                help_text="到期后无人答复，再过多少天下架。",
                                verbose_name="宽限期（天）",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="排序")),
                        ("is_current", models.BooleanField(default=True, verbose_name="现行版本")),
                        ("basis", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                    ],
                    options={
                        "verbose_name": "资源类型",
                        "verbose_name_plural": "资源类型",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "version"),
                                name="resource_kind_once_per_code_and_version",
                                violation_error_message="该类型已有此版本。",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("is_current", True)),
                                fields=("code",),
                                name="resource_kind_has_one_current_version",
                                violation_error_message="该类型已有现行版本。",
                            ),
                            models.CheckConstraint(
                                condition=django.db.models.lookups.Exact(
                                    models.Func(
                                        models.F("fields"),
                                        function="jsonb_typeof",
                                        output_field=models.TextField(),
                                    ),
                                    models.Value("array"),
                                ),
                                name="resource_kind_fields_are_a_list",
                                violation_error_message="扩展字段应为列表。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("classification_code", ""),
                                    models.Q(("classification_edition", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="resource_kind_code_names_its_edition",
                                violation_error_message="填写分类代码时，请写明标准版本。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("freshness_months__range", (1, 120)), ("grace_days__range", (7, 730))
                                ),
                                name="resource_kind_is_confirmed_within_ten_years",
                                violation_error_message="核实周期应为 1 至 120 个月，宽限期应为 7 至 730 天。",
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="resource",
                    name="kind",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="resources",
                        to="resources.resourcekind",
                        verbose_name="资源类型",
                    ),
                ),
                migrations.AddField(
                    model_name="censusform",
                    name="kind",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="resources.resourcekind",
                        verbose_name="资源类型",
                    ),
                ),
                migrations.CreateModel(
                    name="ResourceLink",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("video", "视频"),
                                    ("audio", "音频"),
                                    ("model", "三维模型"),
                                    ("vr", "虚拟现实"),
                                ],
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        ("title", models.CharField(max_length=80, verbose_name="标题")),
                        (
                            "url",
                            models.URLField(
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                                verbose_name="网址",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="排序")),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="links",
                                to="resources.resource",
                                verbose_name="资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "视频与虚拟展示",
                        "verbose_name_plural": "视频与虚拟展示",
                        "ordering": ["position", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ResourcePicture",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "alt",
                            models.CharField(
                                help_text="向看不到图片的人说明图上是什么。",
                                max_length=120,
                                verbose_name="图片说明",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="排序")),
                        (
                            "attachment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="图片",
                            ),
                        ),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="pictures",
                                to="resources.resource",
                                verbose_name="资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "资源图片",
                        "verbose_name_plural": "资源图片",
                        "ordering": ["position", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ResourceVersion",
                    fields=[
                        ("id", models.BigIntegerField()),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                default=resources.models.registry.new_code,
                                editable=False,
                                max_length=12,
                                verbose_name="资源编号",
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="名称")),
                        (
                            "aliases",
                            models.CharField(
                                blank=True,
                                help_text="曾用名、俗称，用顿号分开。",
                                max_length=200,
                                verbose_name="别名",
                            ),
                        ),
                        ("summary", models.CharField(blank=True, max_length=200, verbose_name="一句话介绍")),
                        (
                            "description",
                            models.TextField(blank=True, max_length=5000, verbose_name="详细介绍"),
                        ),
                        (
                            "public_notice",
                            models.CharField(
                                blank=True,
                                help_text="如闭馆、装修、改期，显示在页面最上方。",
                                max_length=200,
                                verbose_name="临时公告",
                            ),
                        ),
                        (
                            "audiences",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("minors", "未成年人"),
                                        ("workers", "从业人员"),
                                        ("officials", "领导干部和公务员"),
                                        ("seniors", "老年人"),
                                        ("general", "社会公众"),
                                    ],
                                    max_length=20,
                                    verbose_name="人群",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="面向人群",
                            ),
                        ),
                        (
                            "dimensions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("knowledge", "科学知识"),
                                        ("method", "科学方法"),
                                        ("thought", "科学思想"),
                                        ("spirit", "科学精神"),
                                    ],
                                    max_length=20,
                                    verbose_name="维度",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="科普内容",
                            ),
                        ),
                        (
                            "spirits",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("patriotism", "爱国"),
                                        ("innovation", "创新"),
                                        ("truth", "求实"),
                                        ("dedication", "奉献"),
                                        ("cooperation", "协同"),
                                        ("nurture", "育人"),
                                    ],
                                    max_length=20,
                                    verbose_name="科学家精神",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="科学家精神",
                            ),
                        ),
                        (
                            "languages",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("mandarin", "普通话"),
                                        ("cantonese", "粤语"),
                                        ("hakka", "客家话"),
                                        ("english", "英语"),
                                        ("japanese", "日语"),
                                        ("korean", "韩语"),
                                        ("other", "其他语言"),
                                    ],
                                    max_length=20,
                                    verbose_name="语言",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="语言",
                            ),
                        ),
                        (
                            "accessibility",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("step_free", "无障碍通道"),
                                        ("lift", "无障碍电梯"),
                                        ("toilet", "无障碍卫生间"),
                                        ("parking", "无障碍停车位"),
                                        ("wheelchair", "轮椅借用"),
                                        ("sign_language", "手语"),
                                        ("braille", "盲文"),
                                        ("captions", "字幕"),
                                        ("audio", "语音讲解"),
                                        ("touch", "可触摸"),
                                        ("guide_dog", "导盲犬可入"),
                                        ("nursing", "母婴室"),
                                    ],
                                    max_length=20,
                                    verbose_name="无障碍",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="无障碍与便利设施",
                            ),
                        ),
                        (
                            "capacity",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="可同时接待（人）"
                            ),
                        ),
                        (
                            "licence",
                            models.CharField(
                                choices=[
                                    ("unknown", "未说明"),
                                    ("cc0", "CC0 放弃权利"),
                                    ("cc_by", "CC BY 署名"),
                                    ("cc_by_sa", "CC BY-SA 署名—相同方式共享"),
                                    ("cc_by_nc", "CC BY-NC 署名—非商业性使用"),
                                    ("cc_by_nd", "CC BY-ND 署名—禁止演绎"),
                                    ("cc_by_nc_sa", "CC BY-NC-SA 署名—非商业性使用—相同方式共享"),
                                    ("cc_by_nc_nd", "CC BY-NC-ND 署名—非商业性使用—禁止演绎"),
                                    ("view_only", "仅限浏览"),
                                ],
                                default="unknown",
                                max_length=20,
                                verbose_name="使用许可",
                            ),
                        ),
                        (
                            "ages_from",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(120)],
                                verbose_name="适合年龄自（岁）",
                            ),
                        ),
                        (
                            "ages_to",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(120)],
                                verbose_name="适合年龄至（岁）",
                            ),
                        ),
                        ("is_free", models.BooleanField(blank=True, null=True, verbose_name="免费")),
                        ("cost", models.CharField(blank=True, max_length=200, verbose_name="收费说明")),
                        (
                            "booking",
                            models.CharField(
                                choices=[
                                    ("unknown", "未核实"),
                                    ("none", "无需预约"),
                                    ("advance", "需提前预约"),
                                    ("group", "仅接待团体"),
                                ],
                                default="unknown",
                                max_length=10,
                                verbose_name="预约方式",
                            ),
                        ),
                        (
                            "booking_note",
                            models.CharField(blank=True, max_length=200, verbose_name="预约说明"),
                        ),
                        ("booking_url", models.URLField(blank=True, max_length=300, verbose_name="预约网址")),
                        ("website", models.URLField(blank=True, max_length=300, verbose_name="网址")),
                        (
                            "public_phone",
                            models.CharField(
                                blank=True,
                                help_text="办公电话，向公众公开。",
                                max_length=40,
                                verbose_name="公开电话",
                            ),
                        ),
                        ("address", models.CharField(blank=True, max_length=200, verbose_name="地址")),
                        (
                            "latitude",
                            models.DecimalField(
                                blank=True, decimal_places=5, max_digits=8, null=True, verbose_name="纬度"
                            ),
                        ),
                        (
                            "longitude",
                            models.DecimalField(
                                blank=True, decimal_places=5, max_digits=8, null=True, verbose_name="经度"
                            ),
                        ),
                        (
                            "position_source",
                            models.CharField(blank=True, max_length=200, verbose_name="坐标来源"),
                        ),
                        (
                            "is_position_verified",
                            models.BooleanField(default=False, verbose_name="坐标已核实"),
                        ),
                        ("hours_note", models.CharField(blank=True, max_length=200, verbose_name="开放说明")),
                        (
                            "holiday_rule",
                            models.CharField(
                                choices=[
                                    ("usual", "照常（按星期）"),
                                    ("closed", "法定节假日闭馆"),
                                    ("weekend", "按周末（调休上班日按工作日）"),
                                ],
                                default="usual",
                                max_length=10,
                                verbose_name="节假日",
                            ),
                        ),
                        ("details", models.JSONField(blank=True, default=dict, verbose_name="扩展内容")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "草稿"),
                                    ("submitted", "待审核"),
                                    ("checked", "区级已核"),
                                    ("published", "已发布"),
                                    ("returned", "已退回"),
                                    ("archived", "已下架"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="提交时间"
                            ),
                        ),
                        (
                            "checked_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="区级核对时间"
                            ),
                        ),
                        (
                            "published_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="发布时间"
                            ),
                        ),
                        (
                            "listed_on",
                            models.DateField(
                                blank=True, editable=False, null=True, verbose_name="首次发布日期"
                            ),
                        ),
                        (
                            "archived_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="下架时间"
                            ),
                        ),
                        (
                            "confirmed_on",
                            models.DateField(blank=True, null=True, verbose_name="信息核实日期"),
                        ),
                        (
                            "confirm_by",
                            models.DateField(
                                blank=True, editable=False, null=True, verbose_name="应核实日期"
                            ),
                        ),
                        ("source", models.CharField(blank=True, max_length=200, verbose_name="资料来源")),
                        (
                            "source_note",
                            models.CharField(blank=True, max_length=300, verbose_name="来源说明"),
                        ),
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="更新时间"
                            ),
                        ),
                        (
                            "pgh_id",
                            models.BigAutoField(primary_key=True, serialize=False, verbose_name="版本编号"),
                        ),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True, verbose_name="记录时间")),
                        ("pgh_label", models.TextField(verbose_name="变更类别")),
                        (
                            "created_by",
                            models.ForeignKey(
                                db_constraint=False,
                                editable=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="创建人",
                            ),
                        ),
                        (
                            "kind",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="resources.resourcekind",
                                verbose_name="资源类型",
                            ),
                        ),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="resources.resource",
                                verbose_name="并入",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="portal.organization",
                                verbose_name="所属单位",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="versions",
                                to="resources.resource",
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "资源历史版本",
                        "verbose_name_plural": "资源历史版本",
                    },
                ),
                migrations.CreateModel(
                    name="ReviewerInterest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reason", models.CharField(max_length=200, verbose_name="回避原因")),
                        (
                            "declared_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="申明时间",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="回避单位",
                            ),
                        ),
                        (
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="declared_interests",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="专家",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "利益申明",
                        "verbose_name_plural": "利益申明",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Route",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                default=resources.models.registry.new_code,
                                editable=False,
                                max_length=12,
                                unique=True,
                                verbose_name="线路编号",
                            ),
                        ),
                        ("title", models.CharField(max_length=80, verbose_name="线路名称")),
                        ("summary", models.CharField(max_length=200, verbose_name="一句话介绍")),
                        (
                            "description",
                            models.TextField(blank=True, max_length=3000, verbose_name="行程提示"),
                        ),
                        (
                            "seasons",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("spring", "春"),
                                        ("summer", "夏"),
                                        ("autumn", "秋"),
                                        ("winter", "冬"),
                                    ],
                                    max_length=6,
                                    verbose_name="季节",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="适合季节",
                            ),
                        ),
                        (
                            "audiences",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("minors", "未成年人"),
                                        ("workers", "从业人员"),
                                        ("officials", "领导干部和公务员"),
                                        ("seniors", "老年人"),
                                        ("general", "社会公众"),
                                    ],
                                    max_length=20,
                                    verbose_name="人群",
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="适合人群",
                            ),
                        ),
                        (
                            "ages_from",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(120)],
                                verbose_name="适合年龄自（岁）",
                            ),
                        ),
                        (
                            "ages_to",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(120)],
                                verbose_name="适合年龄至（岁）",
                            ),
                        ),
                        (
                            "is_proposed",
                            models.BooleanField(default=False, editable=False, verbose_name="公众推荐"),
                        ),
                        (
                            "proposer",
                            models.CharField(
                                blank=True,
                                help_text="可写昵称，不公开。",
                                max_length=20,
                                verbose_name="推荐人（称呼）",
                            ),
                        ),
                        ("source", models.CharField(blank=True, max_length=200, verbose_name="资料来源")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "草稿"),
                                    ("submitted", "待审核"),
                                    ("published", "已发布"),
                                    ("returned", "未采用"),
                                    ("archived", "已下线"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="提交时间"
                            ),
                        ),
                        (
                            "published_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="发布时间"
                            ),
                        ),
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
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
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "科普线路",
                        "verbose_name_plural": "科普线路",
                    },
                ),
                migrations.CreateModel(
                    name="RouteStop",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                        (
                            "stay_minutes",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(5),
                                    django.core.validators.MaxValueValidator(600),
                                ],
                                verbose_name="停留（分钟）",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="看点")),
                        (
                            "travel",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("walk", "步行"),
                                    ("metro", "地铁"),
                                    ("bus", "公交"),
                                    ("cycle", "骑行"),
                                    ("car", "驾车"),
                                ],
                                max_length=6,
                                verbose_name="到下一站",
                            ),
                        ),
                        (
                            "travel_minutes",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(300)],
                                verbose_name="路上（分钟）",
                            ),
                        ),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="route_stops",
                                to="resources.resource",
                                verbose_name="地点",
                            ),
                        ),
                        (
                            "route",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="stops",
                                to="resources.route",
                                verbose_name="线路",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "线路站点",
                        "verbose_name_plural": "线路站点",
                        "ordering": ["position"],
                    },
                ),
                migrations.CreateModel(
                    name="SourceAsset",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                default=resources.models.registry.new_code,
                                editable=False,
                                max_length=12,
                                unique=True,
                                verbose_name="资产编号",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("laboratory", "实验室"),
                                    ("facility", "科研设施"),
                                    ("line", "生产线"),
                                    ("result", "科技成果"),
                                    ("project", "财政资助项目"),
                                ],
                                max_length=12,
                                verbose_name="类别",
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="名称")),
                        ("summary", models.CharField(blank=True, max_length=300, verbose_name="简介")),
                        (
                            "project_number",
                            models.CharField(blank=True, max_length=40, verbose_name="项目编号"),
                        ),
                        ("funder", models.CharField(blank=True, max_length=60, verbose_name="资助单位")),
                        (
                            "task",
                            models.CharField(
                                blank=True,
                                help_text="资助合同或任务书约定的科普内容，如“开放实验室 4 次”。",
                                max_length=300,
                                verbose_name="科普任务",
                            ),
                        ),
                        ("due_on", models.DateField(blank=True, null=True, verbose_name="任务期限")),
                        (
                            "delivered_on",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="完成日期"),
                        ),
                        (
                            "delivery_note",
                            models.CharField(
                                blank=True, editable=False, max_length=300, verbose_name="完成说明"
                            ),
                        ),
                        (
                            "waived_on",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="免除日期"),
                        ),
                        (
                            "waiver_reason",
                            models.CharField(
                                blank=True, editable=False, max_length=300, verbose_name="免除理由"
                            ),
                        ),
                        (
                            "reminded_on",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="最近提醒"),
                        ),
                        (
                            "contact",
                            models.CharField(
                                blank=True,
                                help_text="仅供内部联系，不公开。",
                                max_length=30,
                                verbose_name="联系人",
                            ),
                        ),
                        (
                            "contact_phone",
                            models.CharField(blank=True, max_length=30, verbose_name="联系人电话"),
                        ),
                        ("source", models.CharField(blank=True, max_length=200, verbose_name="资料来源")),
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="更新时间"
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
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "科技资源",
                        "verbose_name_plural": "科技资源",
                    },
                ),
                migrations.CreateModel(
                    name="AssetConversion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("converted_on", models.DateField(verbose_name="转化日期")),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="登记时间",
                            ),
                        ),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="conversions",
                                to="resources.resource",
                                verbose_name="科普资源",
                            ),
                        ),
                        (
                            "asset",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="conversions",
                                to="resources.sourceasset",
                                verbose_name="科技资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "科普转化",
                        "verbose_name_plural": "科普转化",
                        "ordering": ["-converted_on", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="SpecialDays",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="自")),
                        ("ends_on", models.DateField(verbose_name="至")),
                        (
                            "times",
                            models.CharField(
                                blank=True,
                                help_text="如 09:00-12:00 14:00-17:00；空为闭馆。",
                                max_length=60,
                                verbose_name="开放时段",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=80, verbose_name="原因")),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="special_days",
                                to="resources.resource",
                                verbose_name="资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "特别安排",
                        "verbose_name_plural": "特别安排",
                        "ordering": ["starts_on", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="StartingPlace",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                default=resources.models.registry.new_code,
                                editable=False,
                                max_length=12,
                                unique=True,
                                verbose_name="编号",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, unique=True, verbose_name="名称")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("metro", "地铁站"), ("hub", "交通枢纽"), ("landmark", "地标")],
                                default="metro",
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "aliases",
                            models.CharField(
                                blank=True,
                                help_text="俗称、曾用名，用顿号分开。",
                                max_length=120,
                                verbose_name="别名",
                            ),
                        ),
                        (
                            "latitude",
                            models.DecimalField(
                                decimal_places=5,
                                help_text="WGS-84，如 22.54300",
                                max_digits=8,
                                verbose_name="纬度",
                            ),
                        ),
                        (
                            "longitude",
                            models.DecimalField(
                                decimal_places=5,
                                help_text="WGS-84，如 114.05700",
                                max_digits=8,
                                verbose_name="经度",
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                help_text="如“现场测量”“天地图”，注明日期。",
                                max_length=200,
                                verbose_name="坐标来源",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                        (
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所在区或街道",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "出发地点",
                        "verbose_name_plural": "出发地点",
                    },
                ),
                migrations.CreateModel(
                    name="Subscription",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "uuid",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="唯一标识"
                            ),
                        ),
                        (
                            "question",
                            models.CharField(
                                blank=True,
                                help_text="资源菜单网址里问号后面的部分。",
                                max_length=300,
                                verbose_name="问题",
                            ),
                        ),
                        (
                            "every",
                            models.CharField(
                                choices=[("day", "每天（有新资源时）"), ("week", "每周一（有新资源时）")],
                                default="week",
                                max_length=4,
                                verbose_name="频率",
                            ),
                        ),
                        ("mail_sealed", models.BinaryField(verbose_name="电子邮箱（加密）")),
                        ("mail_hash", models.BinaryField(verbose_name="电子邮箱（查找用）")),
                        (
                            "asked_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="申请时间"),
                        ),
                        (
                            "confirmed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="确认时间"),
                        ),
                        (
                            "told_until",
                            models.DateTimeField(
                                help_text="此后发布的资源还没有告知。", verbose_name="已告知到"
                            ),
                        ),
                        ("sent_on", models.DateField(blank=True, null=True, verbose_name="最近发送日期")),
                    ],
                    options={
                        "verbose_name": "菜单订阅",
                        "verbose_name_plural": "菜单订阅",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("mail_hash", "question"),
                                name="subscription_once_per_mail_and_question",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("sent_on", None), ("confirmed_at__isnull", False), _connector="OR"
                                ),
                                name="subscription_sent_only_when_confirmed",
                            ),
                        ],
                    },
                ),
                migrations.AddField(
                    model_name="resource",
                    name="topics",
                    field=models.ManyToManyField(
                        blank=True, related_name="resources", to="resources.topic", verbose_name="科普主题"
                    ),
                ),
                migrations.CreateModel(
                    name="WorkApplication",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        (
                            "key",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="提交凭据"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                default=resources.models.registry.new_code,
                                editable=False,
                                max_length=12,
                                unique=True,
                                verbose_name="申报编号",
                            ),
                        ),
                        (
                            "person",
                            models.CharField(
                                blank=True,
                                help_text="个人通过单位申报时填写姓名。",
                                max_length=30,
                                verbose_name="个人申报人",
                            ),
                        ),
                        ("title", models.CharField(blank=True, max_length=120, verbose_name="作品名称")),
                        ("abstract", models.TextField(blank=True, max_length=1000, verbose_name="作品简介")),
                        ("plan", models.TextField(blank=True, max_length=5000, verbose_name="创作方案")),
                        (
                            "people",
                            models.TextField(
                                blank=True,
                                help_text="每行一人：姓名，单位职务，分工。评审专家看不到。",
                                max_length=2000,
                                verbose_name="团队成员",
                            ),
                        ),
                        ("schedule", models.TextField(blank=True, max_length=2000, verbose_name="进度安排")),
                        (
                            "requested_yuan",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=12,
                                null=True,
                                validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                                verbose_name="申请经费（元）",
                            ),
                        ),
                        ("contact", models.CharField(blank=True, max_length=30, verbose_name="联系人")),
                        (
                            "contact_phone",
                            models.CharField(blank=True, max_length=30, verbose_name="联系人电话"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "草稿"),
                                    ("submitted", "已申报"),
                                    ("withdrawn", "已撤回"),
                                    ("review", "评审中"),
                                    ("recommended", "予以支持"),
                                    ("refused", "不予支持"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="申报时间"
                            ),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="决定时间"
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True, editable=False, max_length=500, verbose_name="决定理由"
                            ),
                        ),
                        (
                            "score",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                editable=False,
                                max_digits=5,
                                null=True,
                                verbose_name="评审得分",
                            ),
                        ),
                        (
                            "decided_yuan",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                editable=False,
                                max_digits=12,
                                null=True,
                                verbose_name="批准经费（元）",
                            ),
                        ),
                        (
                            "bound_yuan",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                editable=False,
                                max_digits=12,
                                verbose_name="占用经费（元）",
                            ),
                        ),
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
                        ),
                        (
                            "updated_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="更新时间"
                            ),
                        ),
                        (
                            "asset",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="applications",
                                to="resources.sourceasset",
                                verbose_name="关联的科技资源",
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
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="决定人",
                            ),
                        ),
                        (
                            "kind",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="resources.resourcekind",
                                verbose_name="作品类型",
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
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "作品申报",
                        "verbose_name_plural": "作品申报",
                    },
                ),
                migrations.CreateModel(
                    name="WorkAttention",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="统计起始")),
                        ("ends_on", models.DateField(help_text="含当日。", verbose_name="统计截止")),
                        (
                            "views",
                            models.PositiveBigIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(1000000000000)],
                                verbose_name="浏览量（次）",
                            ),
                        ),
                        (
                            "shares",
                            models.PositiveBigIntegerField(
                                blank=True,
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(1000000000000)],
                                verbose_name="转发量（次）",
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                help_text="平台或统计工具的名称。", max_length=100, verbose_name="数据来源"
                            ),
                        ),
                        (
                            "link",
                            models.URLField(
                                blank=True,
                                max_length=300,
                                validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                                verbose_name="来源网址",
                            ),
                        ),
                        (
                            "entered_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="录入时间",
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="录入人",
                            ),
                        ),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attention",
                                to="resources.resource",
                                verbose_name="科普资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "关注度数据",
                        "verbose_name_plural": "关注度数据",
                        "ordering": ["-ends_on", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="WorkBudgetLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                        ("item", models.CharField(max_length=60, verbose_name="支出项目")),
                        (
                            "amount_yuan",
                            models.DecimalField(decimal_places=2, max_digits=12, verbose_name="金额（元）"),
                        ),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="budget_lines",
                                to="resources.workapplication",
                                verbose_name="申报",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "经费预算",
                        "verbose_name_plural": "经费预算",
                        "ordering": ["position"],
                    },
                ),
                migrations.CreateModel(
                    name="WorkCall",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                default=resources.models.registry.new_code,
                                editable=False,
                                max_length=12,
                                unique=True,
                                verbose_name="征集编号",
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="征集名称")),
                        (
                            "year",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(2000),
                                    django.core.validators.MaxValueValidator(2100),
                                ],
                                verbose_name="年度",
                            ),
                        ),
                        ("summary", models.CharField(max_length=200, verbose_name="一句话说明")),
                        (
                            "rules",
                            models.TextField(
                                help_text="申报条件、要求、知识产权等。",
                                max_length=10000,
                                verbose_name="征集办法",
                            ),
                        ),
                        (
                            "kinds",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=30, verbose_name="作品类型"),
                                default=list,
                                size=None,
                                verbose_name="征集的作品类型",
                            ),
                        ),
                        (
                            "audiences",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("minors", "未成年人"),
                                        ("workers", "从业人员"),
                                        ("officials", "领导干部和公务员"),
                                        ("seniors", "老年人"),
                                        ("general", "社会公众"),
                                    ],
                                    max_length=20,
                                    verbose_name="人群",
                                ),
                                default=list,
                                size=None,
                                verbose_name="面向人群",
                            ),
                        ),
                        ("opens_at", models.DateTimeField(verbose_name="开始申报")),
                        (
                            "closes_at",
                            models.DateTimeField(help_text="以平台收到的时间为准。", verbose_name="申报截止"),
                        ),
                        (
                            "budget_yuan",
                            models.DecimalField(
                                decimal_places=2, max_digits=12, verbose_name="支持经费总额（元）"
                            ),
                        ),
                        (
                            "most_yuan",
                            models.DecimalField(
                                decimal_places=2, max_digits=12, verbose_name="每项最高（元）"
                            ),
                        ),
                        (
                            "bound_yuan",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                editable=False,
                                max_digits=12,
                                verbose_name="已占用经费（元）",
                            ),
                        ),
                        (
                            "review_days",
                            models.PositiveSmallIntegerField(
                                default=10,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(90),
                                ],
                                verbose_name="评审期限（天）",
                            ),
                        ),
                        (
                            "spread_limit",
                            models.DecimalField(
                                decimal_places=2,
                                default=Decimal("20"),
                                max_digits=5,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="两份评审相差超过多少分须第三份评审",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "草稿"),
                                    ("published", "已发布"),
                                    ("closed", "已办结"),
                                    ("cancelled", "已取消"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "published_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="发布时间"
                            ),
                        ),
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
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
                            "need",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="work_calls",
                                to="resources.need",
                                verbose_name="回应的需求",
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
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="所属区域",
                            ),
                        ),
                        (
                            "topics",
                            models.ManyToManyField(
                                blank=True, related_name="+", to="resources.topic", verbose_name="科普主题"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "作品征集",
                        "verbose_name_plural": "作品征集",
                    },
                ),
                migrations.AddField(
                    model_name="workapplication",
                    name="call",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="resources.workcall",
                        verbose_name="征集",
                    ),
                ),
                migrations.CreateModel(
                    name="WorkContract",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=40, unique=True, verbose_name="合同编号")),
                        (
                            "amount_yuan",
                            models.DecimalField(
                                decimal_places=2, max_digits=12, verbose_name="合同金额（元）"
                            ),
                        ),
                        ("signed_on", models.DateField(verbose_name="签订日期")),
                        ("starts_on", models.DateField(verbose_name="开始日期")),
                        ("ends_on", models.DateField(verbose_name="完成日期")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("running", "履行中"),
                                    ("accepted", "已验收"),
                                    ("revoked", "已终止"),
                                ],
                                default="running",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "accepted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="验收时间"
                            ),
                        ),
                        (
                            "terminated_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="终止时间"
                            ),
                        ),
                        (
                            "closing_note",
                            models.CharField(
                                blank=True, editable=False, max_length=500, verbose_name="验收或终止说明"
                            ),
                        ),
                        (
                            "clawback_yuan",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                editable=False,
                                max_digits=12,
                                null=True,
                                verbose_name="追回金额（元）",
                            ),
                        ),
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
                        ),
                        (
                            "application",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contract",
                                to="resources.workapplication",
                                verbose_name="申报",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "resource",
                            models.OneToOneField(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="work_contract",
                                to="resources.resource",
                                verbose_name="成果资源",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "作品合同",
                        "verbose_name_plural": "作品合同",
                    },
                ),
                migrations.CreateModel(
                    name="WorkAmendment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="次序")),
                        ("reason", models.CharField(max_length=300, verbose_name="变更原因")),
                        ("before", models.JSONField(verbose_name="变更前")),
                        ("after", models.JSONField(verbose_name="变更后")),
                        (
                            "made_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                                verbose_name="登记时间",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "contract",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="amendments",
                                to="resources.workcontract",
                                verbose_name="合同",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "合同变更",
                        "verbose_name_plural": "合同变更",
                        "ordering": ["number"],
                    },
                ),
                migrations.CreateModel(
                    name="WorkCriterion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                        ("name", models.CharField(max_length=60, verbose_name="评审标准")),
                        ("weight", models.PositiveSmallIntegerField(verbose_name="权重（%）")),
                        (
                            "call",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="criteria",
                                to="resources.workcall",
                                verbose_name="征集",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "评审标准",
                        "verbose_name_plural": "评审标准",
                        "ordering": ["position"],
                    },
                ),
                migrations.CreateModel(
                    name="WorkFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title", models.CharField(max_length=80, verbose_name="附件说明")),
                        (
                            "is_blind",
                            models.BooleanField(
                                default=False,
                                help_text="文件内已隐去单位和人员名称，评审专家可以下载；不勾选的，专家看不到。",
                                verbose_name="可供评审",
                            ),
                        ),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="files",
                                to="resources.workapplication",
                                verbose_name="申报",
                            ),
                        ),
                        (
                            "attachment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="附件",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "申报附件",
                        "verbose_name_plural": "申报附件",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="WorkMilestone",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                        ("title", models.CharField(max_length=80, verbose_name="节点")),
                        ("due_on", models.DateField(verbose_name="期限")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("ongoing", "进行中"),
                                    ("submitted", "待审核"),
                                    ("returned", "已退回"),
                                    ("accepted", "已通过"),
                                ],
                                default="ongoing",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "proof",
                            models.CharField(
                                blank=True, editable=False, max_length=500, verbose_name="完成情况"
                            ),
                        ),
                        (
                            "delivered_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="提交时间"
                            ),
                        ),
                        (
                            "accepted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="通过时间"
                            ),
                        ),
                        (
                            "reminded_on",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="最近提醒"),
                        ),
                        (
                            "contract",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="milestones",
                                to="resources.workcontract",
                                verbose_name="合同",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "合同节点",
                        "verbose_name_plural": "合同节点",
                        "ordering": ["position", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="WorkInstalment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "amount_yuan",
                            models.DecimalField(decimal_places=2, max_digits=12, verbose_name="金额（元）"),
                        ),
                        (
                            "paid_on",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="拨付日期"),
                        ),
                        (
                            "milestone",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="instalment",
                                to="resources.workmilestone",
                                verbose_name="节点",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "分期拨付",
                        "verbose_name_plural": "分期拨付",
                    },
                ),
                migrations.CreateModel(
                    name="MilestoneProof",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "attachment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="附件",
                            ),
                        ),
                        (
                            "milestone",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="proofs",
                                to="resources.workmilestone",
                                verbose_name="节点",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "节点证明材料",
                        "verbose_name_plural": "节点证明材料",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="WorkReview",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("seat", models.PositiveSmallIntegerField(verbose_name="席位")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("assigned", "待评审"),
                                    ("done", "已提交"),
                                    ("withdrawn", "已回避"),
                                    ("cancelled", "已撤换"),
                                ],
                                default="assigned",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "assigned_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="分派时间"
                            ),
                        ),
                        ("due_on", models.DateField(verbose_name="评审期限")),
                        ("opinion", models.TextField(blank=True, max_length=2000, verbose_name="评审意见")),
                        (
                            "submitted_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="提交时间"
                            ),
                        ),
                        (
                            "score",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                editable=False,
                                max_digits=5,
                                null=True,
                                verbose_name="得分",
                            ),
                        ),
                        (
                            "reminded_on",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="最近提醒"),
                        ),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reviews",
                                to="resources.workapplication",
                                verbose_name="申报",
                            ),
                        ),
                        (
                            "assigned_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="分派人",
                            ),
                        ),
                        (
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="work_reviews",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="评审专家",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "作品评审",
                        "verbose_name_plural": "作品评审",
                        "ordering": ["seat", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="WorkRung",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("points", models.PositiveSmallIntegerField(verbose_name="分值（百分制）")),
                        ("words", models.CharField(max_length=100, verbose_name="说明")),
                        (
                            "criterion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rungs",
                                to="resources.workcriterion",
                                verbose_name="评审标准",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "评分档",
                        "verbose_name_plural": "评分档",
                        "ordering": ["-points"],
                    },
                ),
                migrations.CreateModel(
                    name="WorkScore",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "criterion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="resources.workcriterion",
                                verbose_name="评审标准",
                            ),
                        ),
                        (
                            "review",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="scores",
                                to="resources.workreview",
                                verbose_name="评审",
                            ),
                        ),
                        (
                            "rung",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="resources.workrung",
                                verbose_name="评分档",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "评审打分",
                        "verbose_name_plural": "评审打分",
                        "ordering": ["criterion__position"],
                    },
                ),
                migrations.CreateModel(
                    name="BookingSlot",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "weekday",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "周一"),
                                    (2, "周二"),
                                    (3, "周三"),
                                    (4, "周四"),
                                    (5, "周五"),
                                    (6, "周六"),
                                    (7, "周日"),
                                ],
                                verbose_name="星期",
                            ),
                        ),
                        ("opens", models.TimeField(verbose_name="开始")),
                        ("closes", models.TimeField(verbose_name="结束")),
                        (
                            "terms",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="slots",
                                to="resources.bookingterms",
                                verbose_name="预约规则",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "可预约时段",
                        "verbose_name_plural": "可预约时段",
                        "ordering": ["weekday", "opens"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("weekday__range", (1, 7))),
                                name="booking_slot_weekday_of_seven",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("closes__gt", models.F("opens"))),
                                name="booking_slot_closes_after_it_opens",
                                violation_error_message="结束时间必须晚于开始时间。",
                            ),
                            models.UniqueConstraint(
                                fields=("terms", "weekday", "opens"), name="booking_slot_once_per_time"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BulkChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("field", models.CharField(max_length=30, verbose_name="字段")),
                        ("query", models.CharField(blank=True, max_length=1000, verbose_name="筛选条件")),
                        ("note", models.CharField(max_length=200, verbose_name="说明")),
                        ("count", models.PositiveIntegerField(verbose_name="条数")),
                        ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="操作人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "批量修改",
                        "verbose_name_plural": "批量修改",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("note", ""), _negated=True),
                                name="bulk_change_says_why",
                                violation_error_message="请写明为什么改。",
                            )
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="censusround",
                    constraint=models.UniqueConstraint(
                        fields=("title",),
                        name="census_title_once",
                        violation_error_message="已有同名的普查，请换一个名称。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusround",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("check_due_on__gte", models.F("due_on")),
                            ("closes_on__gte", models.F("check_due_on")),
                            ("due_on__gte", models.F("opens_on")),
                        ),
                        name="census_days_in_order",
                        violation_error_message="日期应依次为：开始填报、单位填报截止、区级核查截止、计划关闭。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusround",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"), ("opened_at__isnull", False), _connector="OR"
                        ),
                        name="census_open_has_its_time",
                        violation_error_message="已开启的普查必须有开启时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusround",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            ("closed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="census_closed_has_its_time",
                        violation_error_message="已关闭的普查必须有关闭时间。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="censusentry",
                    index=models.Index(
                        fields=["round", "kind_position", "title_key", "id"], name="census_entry_in_order"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusentry",
                    constraint=models.UniqueConstraint(
                        fields=("round", "code"),
                        name="census_entry_once_per_round",
                        violation_error_message="名录中已有这条资源。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusdirectory",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ready"), _negated=True),
                            models.Q(
                                ("differences__isnull", False),
                                ("pdf__isnull", False),
                                ("workbook__isnull", False),
                                ("pdf_digest__regex", "^[0-9a-f]{64}$"),
                                ("workbook_digest__regex", "^[0-9a-f]{64}$"),
                                ("differences_digest__regex", "^[0-9a-f]{64}$"),
                            ),
                            _connector="OR",
                        ),
                        name="census_directory_ready_has_files_and_digests",
                        violation_error_message="已生成的名录必须有文件和校验和。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="censusunit",
                    index=models.Index(
                        fields=["round", "status", "name", "id"], name="census_unit_by_status"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusunit",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        fields=("round", "organization"),
                        name="census_unit_once_per_round",
                        violation_error_message="该单位已在这次普查中。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusunit",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("organization", None)),
                        fields=("round", "region"),
                        name="census_region_stands_once_for_what_nobody_owns",
                        violation_error_message="该区域的无主资源已在这次普查中。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusunit",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["todo", "filling"]),
                            models.Q(("first_submitted_at__isnull", False), ("submitted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="census_unit_submitted_has_its_time",
                        violation_error_message="已提交的单位必须有提交时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusunit",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "accepted"), _negated=True),
                            models.Q(("accepted_at__isnull", False), ("checked_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="census_unit_accepted_has_its_time",
                        violation_error_message="已通过的单位必须有两级核查时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="deskfilter",
                    constraint=models.UniqueConstraint(
                        fields=("owner", "name"),
                        name="desk_filter_once_per_name",
                        violation_error_message="您已有同名的筛选，请换个名称。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="deskfilter",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organization", None), ("role", ""), ("sharing", "private")),
                            models.Q(("organization__isnull", False), ("role", ""), ("sharing", "unit")),
                            models.Q(
                                ("organization", None),
                                ("sharing", "role"),
                                models.Q(("role", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="desk_filter_is_shared_with_somebody",
                        violation_error_message="请说明给哪个单位或角色看。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="likeness",
                    index=models.Index(fields=["group", "name_key"], name="likeness_by_name"),
                ),
                migrations.AddIndex(
                    model_name="likeness",
                    index=models.Index(fields=["group", "sound_key"], name="likeness_by_sound"),
                ),
                migrations.AddIndex(
                    model_name="likeness",
                    index=models.Index(
                        condition=models.Q(("code_key", ""), _negated=True),
                        fields=["code_key"],
                        name="likeness_by_code",
                    ),
                ),
                migrations.AddIndex(
                    model_name="likeness",
                    index=models.Index(
                        condition=models.Q(("address_key", ""), _negated=True),
                        fields=["group", "address_key"],
                        name="likeness_by_address",
                    ),
                ),
                migrations.AddIndex(
                    model_name="likeness",
                    index=models.Index(
                        condition=models.Q(("phone_key", ""), _negated=True),
                        fields=["group", "phone_key"],
                        name="likeness_by_phone",
                    ),
                ),
                migrations.AddIndex(
                    model_name="likeness",
                    index=models.Index(
                        condition=models.Q(("north__isnull", False)),
                        fields=["north", "east"],
                        name="likeness_by_place",
                    ),
                ),
                migrations.AddField(
                    model_name="menuentry",
                    name="district",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.region",
                        verbose_name="区",
                    ),
                ),
                migrations.AddField(
                    model_name="menuentry",
                    name="kind",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="resources.resourcekind",
                        verbose_name="类型",
                    ),
                ),
                migrations.AddIndex(
                    model_name="duplicatepair",
                    index=models.Index(
                        condition=models.Q(("dismissed_at", None)),
                        fields=["-found_at", "-id"],
                        name="duplicate_pair_open",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="duplicatepair",
                    constraint=models.UniqueConstraint(
                        fields=("first", "second"), name="duplicate_pair_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="duplicatepair",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="duplicate_pair_is_in_order",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="duplicatepair",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dismissed_at", None), ("dismissed_by", None)),
                            models.Q(("dismissed_at__isnull", False), ("dismissed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="duplicate_pair_dismissed_by_somebody",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="concession",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("percent__lt", 100)),
                        name="concession_is_less_than_the_price",
                        violation_error_message="优惠应少于全价。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="concession",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_on", None), ("starts_on", None)),
                            models.Q(
                                ("ends_on__gte", models.F("starts_on")),
                                ("ends_on__isnull", False),
                                ("starts_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="concession_days_are_whole",
                        violation_error_message="优惠的起止日期应同时填写，且先后正确。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="concession",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("weekdays__contained_by", [1, 2, 3, 4, 5, 6, 7])),
                        name="concession_weekdays_of_seven",
                        violation_error_message="星期应为周一至周日。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="censusanswer",
                    index=models.Index(fields=["unit", "form", "id"], name="census_answer_by_unit"),
                ),
                migrations.AddConstraint(
                    model_name="censusanswer",
                    constraint=models.UniqueConstraint(
                        fields=("unit", "resource"),
                        name="census_answer_once_per_resource",
                        violation_error_message="这条资源已在表中。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusanswer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "add"), ("is_new", True)),
                            models.Q(("is_new", False), models.Q(("answer", "add"), _negated=True)),
                            _connector="OR",
                        ),
                        name="census_new_rows_are_answered_as_new",
                        violation_error_message="新增的行只能答“新增”，已有的资源不能答“新增”。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusanswer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", "gone"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="census_gone_says_why",
                        violation_error_message="请写明不再提供的原因。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusanswer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("is_new", True), ("resource__isnull", False), _connector="OR"),
                        name="census_known_rows_name_their_resource",
                        violation_error_message="已有的行必须对应一条资源。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="bookingterms",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("lanes__range", (1, 50))),
                        name="booking_terms_serve_somebody",
                        violation_error_message="同一时间可接待的批数应在 1 至 50 之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="bookingterms",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("most_per_week", None), ("most_per_week__gte", 1), _connector="OR"
                        ),
                        name="booking_terms_week_holds_one",
                        violation_error_message="每周最多的批数至少为 1。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="merge",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("survivor", models.F("merged")), _negated=True),
                        name="merge_of_two",
                    ),
                ),
                migrations.AddIndex(
                    model_name="booking",
                    index=models.Index(fields=["status", "answer_by"], name="booking_by_answer"),
                ),
                migrations.AddIndex(
                    model_name="booking",
                    index=models.Index(fields=["resource", "starts_at"], name="booking_by_resource"),
                ),
                migrations.AddIndex(
                    model_name="booking",
                    index=models.Index(fields=["starts_at"], name="booking_by_time"),
                ),
                migrations.AddConstraint(
                    model_name="booking",
                    constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status__in", ["proposed", "accepted", "done"])),
                        expressions=[
                            (
                                models.Func(
                                    django.db.models.functions.comparison.Cast(
                                        models.F("resource"), models.BigIntegerField()
                                    ),
                                    django.db.models.functions.comparison.Cast(
                                        models.F("resource"), models.BigIntegerField()
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    django.db.models.functions.comparison.Cast(
                                        models.F("lane"), models.BigIntegerField()
                                    ),
                                    django.db.models.functions.comparison.Cast(
                                        models.F("lane"), models.BigIntegerField()
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("starts_at"),
                                    models.F("ends_at"),
                                    function="tstzrange",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="booking_is_alone_in_its_time",
                        violation_error_message="该时段已被预约，请改约其他时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="booking",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("status__in", ["requested", "proposed", "accepted"])),
                        fields=("need", "resource"),
                        name="booking_once_per_need_and_resource",
                        violation_error_message="这项需求已经预约了该资源。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="booking",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="booking_ends_after_it_starts",
                        violation_error_message="结束时间必须晚于开始时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="booking",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["accepted", "done"]), _negated=True),
                            ("accepted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="booking_accepted_has_its_time",
                        violation_error_message="已接受的预约必须有接受时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="booking",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(("attendance__isnull", False), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="booking_done_has_its_attendance",
                        violation_error_message="已完成的预约必须填写到场人次。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="booking",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "refused"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="booking_declined_says_why",
                        violation_error_message="婉拒必须说明原因。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="booking",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("rated_at", None), ("rating", None)),
                            models.Q(
                                ("rated_at__isnull", False), ("rating__range", (1, 5)), ("status", "done")
                            ),
                            _connector="OR",
                        ),
                        name="booking_rated_in_five_steps",
                        violation_error_message="评分为 1 至 5，完成后才能评。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="openinghours",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("weekday__range", (1, 7))), name="opening_hours_weekday_of_seven"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="openinghours",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("closes__gt", models.F("opens"))),
                        name="opening_hours_close_after_they_open",
                        violation_error_message="关闭时间必须晚于开放时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="openinghours",
                    constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.functions.comparison.Cast(
                                                        models.F("resource"), models.BigIntegerField()
                                                    ),
                                                    "*",
                                                    models.Value(7),
                                                ),
                                                "+",
                                                django.db.models.functions.comparison.Cast(
                                                    models.F("weekday"), models.BigIntegerField()
                                                ),
                                            ),
                                            "*",
                                            models.Value(1440),
                                        ),
                                        "+",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.functions.comparison.Cast(
                                                    django.db.models.functions.datetime.ExtractHour("opens"),
                                                    models.BigIntegerField(),
                                                ),
                                                "*",
                                                models.Value(60),
                                            ),
                                            "+",
                                            django.db.models.functions.comparison.Cast(
                                                django.db.models.functions.datetime.ExtractMinute("opens"),
                                                models.BigIntegerField(),
                                            ),
                                        ),
                                    ),
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    django.db.models.functions.comparison.Cast(
                                                        models.F("resource"), models.BigIntegerField()
                                                    ),
                                                    "*",
                                                    models.Value(7),
                                                ),
                                                "+",
                                                django.db.models.functions.comparison.Cast(
                                                    models.F("weekday"), models.BigIntegerField()
                                                ),
                                            ),
                                            "*",
                                            models.Value(1440),
                                        ),
                                        "+",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.functions.comparison.Cast(
                                                    django.db.models.functions.datetime.ExtractHour("closes"),
                                                    models.BigIntegerField(),
                                                ),
                                                "*",
                                                models.Value(60),
                                            ),
                                            "+",
                                            django.db.models.functions.comparison.Cast(
                                                django.db.models.functions.datetime.ExtractMinute("closes"),
                                                models.BigIntegerField(),
                                            ),
                                        ),
                                    ),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            )
                        ],
                        name="opening_hours_do_not_overlap",
                        violation_error_message="同一天的开放时间不能重叠。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="censusform",
                    constraint=models.UniqueConstraint(
                        fields=("round", "code"),
                        name="census_form_once_per_kind",
                        violation_error_message="这次普查已有该类型的表。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resourcelink",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("url__regex", "^https?://[^[:space:]]+$")),
                        name="resource_link_leads_to_a_web_page",
                        violation_error_message="网址应以 http:// 或 https:// 开头。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resourcelink",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="resource_link_has_a_title",
                        violation_error_message="请填写标题。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resourcelink",
                    constraint=models.UniqueConstraint(
                        fields=("resource", "url"),
                        name="resource_link_once_per_address",
                        violation_error_message="这个网址已经添加过。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resourcepicture",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("alt", ""), _negated=True),
                        name="resource_picture_says_what_it_shows",
                        violation_error_message="请写明图片上是什么。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="reviewerinterest",
                    constraint=models.UniqueConstraint(
                        fields=("reviewer", "organization"),
                        name="reviewer_interest_once_per_unit",
                        violation_error_message="您已申明回避该单位。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="route",
                    index=models.Index(fields=["status", "-id"], name="route_by_status"),
                ),
                migrations.AddConstraint(
                    model_name="route",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="route_has_a_title",
                        violation_error_message="请填写线路名称。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="route",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "published"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="route_published_has_its_time",
                        violation_error_message="已发布的线路必须有发布时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="route",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("seasons__contained_by", ["spring", "summer", "autumn", "winter"])
                        ),
                        name="route_seasons_are_known",
                        violation_error_message="季节只能从列表中选择。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="route",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "audiences__contained_by",
                                ["minors", "workers", "officials", "seniors", "general"],
                            )
                        ),
                        name="route_audiences_are_known",
                        violation_error_message="适合人群只能从列表中选择。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="route",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("ages_from", None),
                            ("ages_to", None),
                            ("ages_to__gte", models.F("ages_from")),
                            _connector="OR",
                        ),
                        name="route_ages_in_order",
                        violation_error_message="年龄上限不能小于下限。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="routestop",
                    constraint=models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("route", "position"),
                        name="route_stop_once_per_position",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="routestop",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("travel", ""), ("travel_minutes", None)),
                            models.Q(
                                models.Q(("travel", ""), _negated=True), ("travel_minutes__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="route_stop_says_how_and_how_long",
                        violation_error_message="到下一站的方式和时间应同时填写。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="routestop",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("stay_minutes__range", (5, 600))),
                        name="route_stop_takes_time",
                        violation_error_message="停留时间应在 5 至 600 分钟之间。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="sourceasset",
                    index=models.Index(fields=["organization", "due_on"], name="asset_by_owner_and_due"),
                ),
                migrations.AddIndex(
                    model_name="sourceasset",
                    index=models.Index(fields=["-updated_at", "-id"], name="asset_latest_changed"),
                ),
                migrations.AddConstraint(
                    model_name="sourceasset",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="asset_has_an_owner",
                        violation_error_message="请填写所属单位。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="sourceasset",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="asset_has_a_title",
                        violation_error_message="请填写名称。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="sourceasset",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_on", None), ("task", "")),
                            models.Q(models.Q(("task", ""), _negated=True), ("due_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="asset_task_and_day_together",
                        violation_error_message="科普任务和任务期限应同时填写。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="sourceasset",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "project"), _negated=True),
                            models.Q(("task", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="asset_funded_project_has_a_task",
                        violation_error_message="财政资助项目应写明科普任务和期限。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="sourceasset",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("delivered_on", None),
                                ("delivery_note", ""),
                                ("waived_on", None),
                                ("waiver_reason", ""),
                            ),
                            models.Q(
                                ("delivered_on__isnull", False), ("waived_on", None), ("waiver_reason", "")
                            ),
                            models.Q(
                                ("delivered_on", None),
                                ("delivery_note", ""),
                                ("waived_on__isnull", False),
                                models.Q(("waiver_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="asset_done_or_waived_with_its_words",
                        violation_error_message="任务只能完成或免除其一；免除须写明理由。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="sourceasset",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("due_on__isnull", False),
                            models.Q(("delivered_on", None), ("waived_on", None)),
                            _connector="OR",
                        ),
                        name="asset_only_a_task_is_done_or_waived",
                        violation_error_message="没有科普任务，无从完成或免除。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="assetconversion",
                    index=models.Index(fields=["converted_on"], name="conversion_by_day"),
                ),
                migrations.AddConstraint(
                    model_name="assetconversion",
                    constraint=models.UniqueConstraint(
                        fields=("asset", "resource"),
                        name="conversion_once_per_asset_and_resource",
                        violation_error_message="这条科普资源已登记为它的转化成果。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="specialdays",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="special_days_end_after_they_start",
                        violation_error_message="结束日期不能早于开始日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="specialdays",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "times__regex",
                                "^([0-2]\\d:[0-5]\\d-[0-2]\\d:[0-5]\\d( [0-2]\\d:[0-5]\\d-[0-2]\\d:[0-5]\\d){0,3})?$",
                            )
                        ),
                        name="special_days_times_are_stretches",
                        violation_error_message="开放时段应写成 09:00-12:00 14:00-17:00。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="specialdays",
                    constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    django.db.models.functions.comparison.Cast(
                                        models.F("resource"), models.BigIntegerField()
                                    ),
                                    django.db.models.functions.comparison.Cast(
                                        models.F("resource"), models.BigIntegerField()
                                    ),
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("starts_on"),
                                    models.F("ends_on"),
                                    models.Value("[]"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="special_days_do_not_overlap",
                        violation_error_message="同一天只能有一种特别安排。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="startingplace",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("latitude__range", ("22.39", "23.15")),
                            ("longitude__range", ("113.70", "115.45")),
                        ),
                        name="starting_place_within_shenzhen",
                        violation_error_message="坐标不在深圳市范围内，请核对经度（113.70–115.45）和纬度（22.39–23.15）。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="startingplace",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("source", ""), _negated=True)
                        ),
                        name="starting_place_has_a_name_and_a_source",
                        violation_error_message="请填写名称，并写明坐标从哪里来。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="resource",
                    index=models.Index(fields=["-updated_at", "-id"], name="resource_latest_changed"),
                ),
                migrations.AddIndex(
                    model_name="resource",
                    index=models.Index(
                        fields=["organization", "-updated_at", "-id"], name="resource_by_organization"
                    ),
                ),
                migrations.AddIndex(
                    model_name="resource",
                    index=models.Index(fields=["status", "-updated_at", "-id"], name="resource_by_status"),
                ),
                migrations.AddIndex(
                    model_name="resource",
                    index=models.Index(fields=["region", "kind"], name="resource_by_region_and_kind"),
                ),
                migrations.AddIndex(
                    model_name="resource",
                    index=models.Index(fields=["confirm_by", "id"], name="resource_due_for_confirmation"),
                ),
                migrations.AddIndex(
                    model_name="resource",
                    index=django.contrib.postgres.indexes.GinIndex(
                        fields=["details"], name="resource_by_own_fields", opclasses=["jsonb_path_ops"]
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z0-9]{4,12}$")),
                        name="resource_code_is_short_and_plain",
                        violation_error_message="资源编号应为 4 至 12 位小写字母和数字。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="resource_has_a_title",
                        violation_error_message="请填写名称。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "published"), _negated=True),
                            models.Q(("listed_on__isnull", False), ("published_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="resource_published_has_its_time",
                        violation_error_message="已发布的资源必须有发布时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "checked"), _negated=True),
                            ("checked_at__isnull", False),
                            _connector="OR",
                        ),
                        name="resource_checked_has_its_time",
                        violation_error_message="区级已核的资源必须有核对时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("confirm_by", None),
                            ("confirmed_on", None),
                            ("confirm_by__gt", models.F("confirmed_on")),
                            _connector="OR",
                        ),
                        name="resource_is_confirmed_before_it_is_due",
                        violation_error_message="应核实日期应晚于上次核实日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into", None),
                            models.Q(
                                ("status", "archived"),
                                models.Q(("merged_into", models.F("id")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="resource_merged_is_archived",
                        violation_error_message="并入另一条的资源应已下架。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "archived"), _negated=True),
                            ("archived_at__isnull", False),
                            _connector="OR",
                        ),
                        name="resource_archived_has_its_time",
                        violation_error_message="已下架的资源必须有下架时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "published"), _negated=True),
                            models.Q(("audiences", []), _negated=True),
                            _connector="OR",
                        ),
                        name="resource_published_says_for_whom",
                        violation_error_message="已发布的资源必须写明面向人群。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "audiences__contained_by",
                                ["minors", "workers", "officials", "seniors", "general"],
                            )
                        ),
                        name="resource_audiences_are_known",
                        violation_error_message="面向人群只能从列表中选择。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("dimensions__contained_by", ["knowledge", "method", "thought", "spirit"])
                        ),
                        name="resource_dimensions_are_known",
                        violation_error_message="科普内容只能从列表中选择。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "spirits__contained_by",
                                ["patriotism", "innovation", "truth", "dedication", "cooperation", "nurture"],
                            )
                        ),
                        name="resource_spirits_are_known",
                        violation_error_message="科学家精神只能从列表中选择。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "languages__contained_by",
                                ["mandarin", "cantonese", "hakka", "english", "japanese", "korean", "other"],
                            )
                        ),
                        name="resource_languages_are_known",
                        violation_error_message="语言只能从列表中选择。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "accessibility__contained_by",
                                [
                                    "step_free",
                                    "lift",
                                    "toilet",
                                    "parking",
                                    "wheelchair",
                                    "sign_language",
                                    "braille",
                                    "captions",
                                    "audio",
                                    "touch",
                                    "guide_dog",
                                    "nursing",
                                ],
                            )
                        ),
                        name="resource_accessibility_is_known",
                        violation_error_message="无障碍与便利设施只能从列表中选择。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("capacity", None), ("capacity__range", (1, 1000000)), _connector="OR"
                        ),
                        name="resource_receives_somebody",
                        violation_error_message="可同时接待人数应在 1 至 100 万之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("ages_from", None),
                            ("ages_to", None),
                            ("ages_to__gte", models.F("ages_from")),
                            _connector="OR",
                        ),
                        name="resource_ages_in_order",
                        violation_error_message="年龄上限不能小于下限。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("is_position_verified", False), ("latitude", None), ("longitude", None)
                            ),
                            models.Q(
                                ("latitude__isnull", False),
                                ("longitude__isnull", False),
                                models.Q(("position_source", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="resource_position_is_whole_and_has_a_source",
                        violation_error_message="经度和纬度应同时填写，并写明坐标来源。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="resource",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("latitude", None),
                            models.Q(
                                ("latitude__range", ("22.39", "23.15")),
                                ("longitude__range", ("113.70", "115.45")),
                            ),
                            _connector="OR",
                        ),
                        name="resource_position_within_shenzhen",
                        violation_error_message="坐标不在深圳市范围内，请核对经度（113.70–115.45）和纬度（22.39–23.15）。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="need",
                    index=models.Index(fields=["status", "-id"], name="need_by_status"),
                ),
                migrations.AddIndex(
                    model_name="need",
                    index=models.Index(fields=["created_at"], name="need_by_time"),
                ),
                migrations.AddIndex(
                    model_name="need",
                    index=models.Index(
                        condition=models.Q(("erased_at", None)), fields=["ended_at"], name="need_to_erase"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="need",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="need_says_what",
                        violation_error_message="请填写想要什么。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="need",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="need_ends_after_it_starts",
                        violation_error_message="最晚的日期不能早于最早的日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="need",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("ages_from", None),
                            ("ages_to", None),
                            ("ages_to__gte", models.F("ages_from")),
                            _connector="OR",
                        ),
                        name="need_ages_in_order",
                        violation_error_message="年龄上限不能小于下限。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="need",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("head_count__range", (1, 100000))),
                        name="need_is_for_somebody",
                        violation_error_message="人数应在 1 至 10 万之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="need",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("weekdays__contained_by", [1, 2, 3, 4, 5, 6, 7])),
                        name="need_weekdays_of_seven",
                        violation_error_message="星期应为周一至周日。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="need",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status__in", ["done", "refused", "withdrawn", "expired"]), _negated=True
                            ),
                            ("ended_at__isnull", False),
                            _connector="OR",
                        ),
                        name="need_ended_has_its_time",
                        violation_error_message="已结束的需求必须有结束时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="need",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("erased_at", None),
                            models.Q(
                                ("address", ""),
                                ("contact_sealed", None),
                                ("details", ""),
                                ("mail_sealed", None),
                                ("mobile_hash", None),
                                ("mobile_sealed", None),
                            ),
                            _connector="OR",
                        ),
                        name="need_erased_keeps_nobody",
                        violation_error_message="已删除个人信息的需求不能再留联系方式。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workattention",
                    constraint=models.UniqueConstraint(
                        fields=("resource", "source", "starts_on", "ends_on"),
                        name="work_attention_once_per_source_and_period",
                        violation_error_message="该资源同一来源、同一时段的数据已登记。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workattention",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="work_attention_days_in_order",
                        violation_error_message="统计截止不能早于统计起始。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workattention",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("views__isnull", False), ("shares__isnull", False), _connector="OR"
                        ),
                        name="work_attention_counts_something",
                        violation_error_message="浏览量和转发量至少填一项。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workattention",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        name="work_attention_has_a_source",
                        violation_error_message="请写明数据来源。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workbudgetline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount_yuan__gt", 0)),
                        name="work_budget_line_costs_something",
                        violation_error_message="金额应大于 0。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="workcall",
                    index=models.Index(fields=["status", "-closes_at"], name="work_call_by_status"),
                ),
                migrations.AddConstraint(
                    model_name="workcall",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True),
                        name="work_call_has_a_title",
                        violation_error_message="请填写征集名称。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcall",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                        name="work_call_closes_after_it_opens",
                        violation_error_message="申报截止应晚于开始申报。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcall",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("bound_yuan__gte", 0), ("bound_yuan__lte", models.F("budget_yuan"))
                        ),
                        name="work_call_within_its_budget",
                        violation_error_message="支持经费不能超过征集的经费总额。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcall",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("most_yuan__gt", 0), ("most_yuan__lte", models.F("budget_yuan"))),
                        name="work_call_most_within_budget",
                        violation_error_message="每项最高应大于 0，且不超过经费总额。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcall",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "cancelled"]),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="work_call_published_has_its_time",
                        violation_error_message="已发布的征集必须有发布时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcall",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "audiences__contained_by",
                                ["minors", "workers", "officials", "seniors", "general"],
                            )
                        ),
                        name="work_call_audiences_are_known",
                        violation_error_message="面向人群只能从列表中选择。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcall",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("spread_limit__range", (0, 100))),
                        name="work_call_spread_is_of_a_hundred",
                        violation_error_message="相差分数应在 0 至 100 之间。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="workapplication",
                    index=models.Index(fields=["call", "status", "-id"], name="work_application_by_call"),
                ),
                migrations.AddIndex(
                    model_name="workapplication",
                    index=models.Index(fields=["organization", "-id"], name="work_application_by_unit"),
                ),
                migrations.AddConstraint(
                    model_name="workapplication",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="work_application_has_a_unit",
                        violation_error_message="请选择申报单位。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workapplication",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "withdrawn"]),
                            models.Q(
                                ("kind__isnull", False),
                                ("requested_yuan__gt", 0),
                                ("submitted_at__isnull", False),
                                models.Q(("title", ""), _negated=True),
                                models.Q(("abstract", ""), _negated=True),
                                models.Q(("plan", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="work_application_handed_in_is_whole",
                        violation_error_message="申报前请填写作品名称、类型、简介、创作方案和申请经费。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workapplication",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["recommended", "refused"]), _negated=True),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="work_application_decided_with_reason",
                        violation_error_message="决定须写明理由。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workapplication",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "recommended"), _negated=True),
                            ("decided_yuan__gt", 0),
                            _connector="OR",
                        ),
                        name="work_application_supported_with_money",
                        violation_error_message="予以支持须写明经费。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workapplication",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("bound_yuan", 0),
                            models.Q(("bound_yuan__gt", 0), ("status__in", ["review", "recommended"])),
                            _connector="OR",
                        ),
                        name="work_application_binds_money_once_supported",
                        violation_error_message="只有予以支持的申报占用经费。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcontract",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount_yuan__gt", 0), models.Q(("number", ""), _negated=True)),
                        name="work_contract_is_about_money",
                        violation_error_message="请填写合同编号和金额。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcontract",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="work_contract_days_in_order",
                        violation_error_message="完成日期不能早于开始日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcontract",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "accepted"), _negated=True),
                            models.Q(("accepted_at__isnull", False), ("clawback_yuan", None)),
                            _connector="OR",
                        ),
                        name="work_contract_accepted_has_its_time",
                        violation_error_message="已验收的合同必须有验收时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcontract",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "revoked"), _negated=True),
                            models.Q(
                                ("clawback_yuan__gte", 0),
                                ("terminated_at__isnull", False),
                                models.Q(("closing_note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="work_contract_terminated_with_its_words",
                        violation_error_message="终止合同须写明理由和追回金额。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcontract",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("resource", None), ("status", "accepted"), _connector="OR"),
                        name="work_contract_resource_after_acceptance",
                        violation_error_message="验收后才能转为科普资源。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workamendment",
                    constraint=models.UniqueConstraint(
                        fields=("contract", "number"), name="work_amendment_once_per_number"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workamendment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="work_amendment_has_a_reason",
                        violation_error_message="请写明变更原因。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcriterion",
                    constraint=models.UniqueConstraint(
                        fields=("call", "name"),
                        name="work_criterion_once_per_name",
                        violation_error_message="评审标准不能重名。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workcriterion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("weight__range", (1, 100))),
                        name="work_criterion_weight_is_a_share",
                        violation_error_message="权重应在 1 至 100 之间。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="workmilestone",
                    index=models.Index(fields=["due_on", "id"], name="work_milestone_by_day"),
                ),
                migrations.AddConstraint(
                    model_name="workmilestone",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["submitted", "accepted"]), _negated=True),
                            models.Q(("delivered_at__isnull", False), models.Q(("proof", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="work_milestone_delivered_with_words",
                        violation_error_message="提交节点须写明完成情况。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workinstalment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount_yuan__gt", 0)),
                        name="work_instalment_is_money",
                        violation_error_message="拨付金额应大于 0。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="workreview",
                    index=models.Index(
                        fields=["reviewer", "status", "due_on"], name="work_review_by_reviewer"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workreview",
                    constraint=models.UniqueConstraint(
                        fields=("application", "reviewer"),
                        name="work_review_once_per_expert",
                        violation_error_message="同一专家不能两次评审同一申报。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workreview",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("status__in", ["assigned", "done"])),
                        fields=("application", "seat"),
                        name="work_review_one_per_seat",
                        violation_error_message="这个席位已有专家。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workreview",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("seat__range", (1, 3))),
                        name="work_review_two_seats_and_a_third",
                        violation_error_message="每项申报最多三份评审。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workreview",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(
                                ("score__range", (0, 100)),
                                ("submitted_at__isnull", False),
                                models.Q(("opinion", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="work_review_done_is_whole",
                        violation_error_message="提交评审须逐项打分并写明意见。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workrung",
                    constraint=models.UniqueConstraint(
                        fields=("criterion", "points"),
                        name="work_rung_once_per_points",
                        violation_error_message="同一标准的评分档不能同分。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workrung",
                    constraint=models.UniqueConstraint(
                        fields=("id", "criterion"), name="work_rung_of_its_criterion"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workrung",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("points__range", (0, 100))),
                        name="work_rung_is_of_a_hundred",
                        violation_error_message="分值应在 0 至 100 之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="workscore",
                    constraint=models.UniqueConstraint(
                        fields=("review", "criterion"),
                        name="work_score_once_per_criterion",
                        violation_error_message="每项标准只打一次分。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="menuentry",
                    index=models.Index(
                        fields=["soonest", "-published_at", "resource"], name="menu_soonest_first"
                    ),
                ),
                migrations.AddIndex(
                    model_name="menuentry",
                    index=models.Index(fields=["-published_at", "resource"], name="menu_newest_first"),
                ),
                migrations.AddIndex(
                    model_name="menuentry",
                    index=models.Index(fields=["title_key", "resource"], name="menu_by_name"),
                ),
            ]
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="resource",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "resources_resourceversion" ("accessibility", "address", "ages_from", "ages_to", "aliases", "archived_at", "audiences", "booking", "booking_note", "booking_url", "capacity", "checked_at", "code", "confirm_by", "confirmed_on", "cost", "created_at", "created_by_id", "description", "details", "dimensions", "holiday_rule", "hours_note", "id", "is_free", "is_position_verified", "kind_id", "languages", "latitude", "licence", "listed_on", "longitude", "merged_into_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position_source", "public_notice", "public_phone", "published_at", "region_id", "revision", "source", "source_note", "spirits", "status", "submitted_at", "summary", "title", "updated_at", "website") VALUES (NEW."accessibility", NEW."address", NEW."ages_from", NEW."ages_to", NEW."aliases", NEW."archived_at", NEW."audiences", NEW."booking", NEW."booking_note", NEW."booking_url", NEW."capacity", NEW."checked_at", NEW."code", NEW."confirm_by", NEW."confirmed_on", NEW."cost", NEW."created_at", NEW."created_by_id", NEW."description", NEW."details", NEW."dimensions", NEW."holiday_rule", NEW."hours_note", NEW."id", NEW."is_free", NEW."is_position_verified", NEW."kind_id", NEW."languages", NEW."latitude", NEW."licence", NEW."listed_on", NEW."longitude", NEW."merged_into_id", NEW."organization_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position_source", NEW."public_notice", NEW."public_phone", NEW."published_at", NEW."region_id", NEW."revision", NEW."source", NEW."source_note", NEW."spirits", NEW."status", NEW."submitted_at", NEW."summary", NEW."title", NEW."updated_at", NEW."website"); RETURN NULL;',
                    hash="a91b8b6077d7bcc684090bf958074d1149463d66",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_09d61",
                    table="resources_resource",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="resource",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."accessibility" IS DISTINCT FROM (NEW."accessibility") OR OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."ages_from" IS DISTINCT FROM (NEW."ages_from") OR OLD."ages_to" IS DISTINCT FROM (NEW."ages_to") OR OLD."aliases" IS DISTINCT FROM (NEW."aliases") OR OLD."archived_at" IS DISTINCT FROM (NEW."archived_at") OR OLD."audiences" IS DISTINCT FROM (NEW."audiences") OR OLD."booking" IS DISTINCT FROM (NEW."booking") OR OLD."booking_note" IS DISTINCT FROM (NEW."booking_note") OR OLD."booking_url" IS DISTINCT FROM (NEW."booking_url") OR OLD."capacity" IS DISTINCT FROM (NEW."capacity") OR OLD."checked_at" IS DISTINCT FROM (NEW."checked_at") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."confirm_by" IS DISTINCT FROM (NEW."confirm_by") OR OLD."confirmed_on" IS DISTINCT FROM (NEW."confirmed_on") OR OLD."cost" IS DISTINCT FROM (NEW."cost") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."details" IS DISTINCT FROM (NEW."details") OR OLD."dimensions" IS DISTINCT FROM (NEW."dimensions") OR OLD."holiday_rule" IS DISTINCT FROM (NEW."holiday_rule") OR OLD."hours_note" IS DISTINCT FROM (NEW."hours_note") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_free" IS DISTINCT FROM (NEW."is_free") OR OLD."is_position_verified" IS DISTINCT FROM (NEW."is_position_verified") OR OLD."kind_id" IS DISTINCT FROM (NEW."kind_id") OR OLD."languages" IS DISTINCT FROM (NEW."languages") OR OLD."latitude" IS DISTINCT FROM (NEW."latitude") OR OLD."licence" IS DISTINCT FROM (NEW."licence") OR OLD."listed_on" IS DISTINCT FROM (NEW."listed_on") OR OLD."longitude" IS DISTINCT FROM (NEW."longitude") OR OLD."merged_into_id" IS DISTINCT FROM (NEW."merged_into_id") OR OLD."organization_id" IS DISTINCT FROM (NEW."organization_id") OR OLD."position_source" IS DISTINCT FROM (NEW."position_source") OR OLD."public_notice" IS DISTINCT FROM (NEW."public_notice") OR OLD."public_phone" IS DISTINCT FROM (NEW."public_phone") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."revision" IS DISTINCT FROM (NEW."revision") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."source_note" IS DISTINCT FROM (NEW."source_note") OR OLD."spirits" IS DISTINCT FROM (NEW."spirits") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."submitted_at" IS DISTINCT FROM (NEW."submitted_at") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."website" IS DISTINCT FROM (NEW."website"))',
                    func='INSERT INTO "resources_resourceversion" ("accessibility", "address", "ages_from", "ages_to", "aliases", "archived_at", "audiences", "booking", "booking_note", "booking_url", "capacity", "checked_at", "code", "confirm_by", "confirmed_on", "cost", "created_at", "created_by_id", "description", "details", "dimensions", "holiday_rule", "hours_note", "id", "is_free", "is_position_verified", "kind_id", "languages", "latitude", "licence", "listed_on", "longitude", "merged_into_id", "organization_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position_source", "public_notice", "public_phone", "published_at", "region_id", "revision", "source", "source_note", "spirits", "status", "submitted_at", "summary", "title", "updated_at", "website") VALUES (NEW."accessibility", NEW."address", NEW."ages_from", NEW."ages_to", NEW."aliases", NEW."archived_at", NEW."audiences", NEW."booking", NEW."booking_note", NEW."booking_url", NEW."capacity", NEW."checked_at", NEW."code", NEW."confirm_by", NEW."confirmed_on", NEW."cost", NEW."created_at", NEW."created_by_id", NEW."description", NEW."details", NEW."dimensions", NEW."holiday_rule", NEW."hours_note", NEW."id", NEW."is_free", NEW."is_position_verified", NEW."kind_id", NEW."languages", NEW."latitude", NEW."licence", NEW."listed_on", NEW."longitude", NEW."merged_into_id", NEW."organization_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position_source", NEW."public_notice", NEW."public_phone", NEW."published_at", NEW."region_id", NEW."revision", NEW."source", NEW."source_note", NEW."spirits", NEW."status", NEW."submitted_at", NEW."summary", NEW."title", NEW."updated_at", NEW."website"); RETURN NULL;',
                    hash="cef080f6ef6781aebdcf6aa8bb6d352b4bb87b15",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4f99f",
                    table="resources_resource",
                    when="AFTER",
                ),
            ),
        ),
    ]
