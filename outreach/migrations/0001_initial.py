import uuid
from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import outreach.models.rounds


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("portal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checklist",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30, verbose_name="代码")),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                (
                    "use",
                    models.CharField(
                        choices=[("inspection", "监督检查"), ("self_check", "年度自查")],
                        max_length=12,
                        verbose_name="用途",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("items", models.JSONField(help_text="[{code, name, basis}]", verbose_name="检查项")),
                ("in_force_from", models.DateField(verbose_name="启用日期")),
                ("basis", models.CharField(max_length=300, verbose_name="依据")),
            ],
            options={
                "verbose_name": "检查表",
                "verbose_name_plural": "检查表",
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="checklist_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(("items", []), _negated=True),
                        name="checklist_has_items",
                        violation_error_message="检查表至少有一项。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="portal.organization",
                        verbose_name="单位",
                    ),
                ),
                (
                    "item",
                    models.CharField(
                        choices=[
                            ("open_days", "开放天数（天）"),
                            ("visitors", "接待人次"),
                            ("sessions", "科普活动场次"),
                            ("credit_activities", "学分活动（项）"),
                            ("credit_fraud", "查实的学分违规（项）"),
                            ("information_items", "科普信息（条）"),
                        ],
                        max_length=20,
                        verbose_name="项目",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="数值",
                    ),
                ),
                ("link", models.CharField(blank=True, max_length=200, verbose_name="明细链接")),
                ("source", models.CharField(max_length=60, verbose_name="来源")),
                (
                    "counted_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="统计时间"),
                ),
            ],
            options={
                "verbose_name": "佐证数据",
                "verbose_name_plural": "佐证数据",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "item", "year"),
                        name="evidence_once_per_organization_item_and_year",
                        violation_error_message="该单位该年度已有此项数据。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)),
                        name="evidence_is_not_negative",
                        violation_error_message="数值不能为负。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("link", ""),
                            models.Q(
                                ("link__startswith", "/"), models.Q(("link__startswith", "//"), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="evidence_link_stays_inside",
                        violation_error_message="明细链接只能指向本平台。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EvidenceWanted",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portal.organization",
                        verbose_name="单位",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="提出时间"),
                ),
            ],
            options={
                "verbose_name": "待取数据",
                "verbose_name_plural": "待取数据",
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "year"), name="evidence_wanted_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="HelpQuestion",
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
                    "key",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="提交标识"
                    ),
                ),
                ("subject", models.CharField(max_length=120, verbose_name="问题")),
                ("text", models.TextField(blank=True, max_length=2000, verbose_name="详细说明")),
                ("answer", models.TextField(blank=True, max_length=4000, verbose_name="答复")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="答复时间"),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
                ("is_guidance", models.BooleanField(default=False, verbose_name="公开为办事指南")),
            ],
            options={
                "verbose_name": "咨询",
                "verbose_name_plural": "咨询",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at", None), models.Q(("answer", ""), _negated=True), _connector="OR"
                        ),
                        name="question_answered_with_words",
                        violation_error_message="请填写答复。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_guidance", False), ("answered_at__isnull", False), _connector="OR"
                        ),
                        name="guidance_is_an_answer",
                        violation_error_message="只有已答复的咨询可以公开。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InspectionPlan",
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
                ("title", models.CharField(max_length=80, verbose_name="计划名称")),
                (
                    "checklist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outreach.checklist",
                        verbose_name="检查表",
                    ),
                ),
                ("units_wanted", models.PositiveSmallIntegerField(verbose_name="抽查单位数")),
                (
                    "inspectors_each",
                    models.PositiveSmallIntegerField(default=2, verbose_name="每家检查人员数"),
                ),
                ("due_on", models.DateField(verbose_name="完成期限")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "草稿"), ("running", "检查中"), ("closed", "已结束")],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("seed", models.CharField(blank=True, editable=False, max_length=40, verbose_name="种子")),
                ("unit_pool", models.JSONField(default=list, editable=False, verbose_name="候选单位")),
                (
                    "inspector_pool",
                    models.JSONField(default=list, editable=False, verbose_name="候选检查人员"),
                ),
                ("drawn_at", models.DateTimeField(editable=False, null=True, verbose_name="抽取时间")),
            ],
            options={
                "verbose_name": "检查计划",
                "verbose_name_plural": "检查计划",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("inspectors_each__gte", 2), ("units_wanted__gte", 1), ("units_wanted__lte", 200)
                        ),
                        name="plan_of_inspection_draws_somebody",
                        violation_error_message="抽查 1 至 200 家单位，每家至少 2 名检查人员。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"),
                            models.Q(models.Q(("seed", ""), _negated=True), ("drawn_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="plan_of_inspection_drawn_with_a_seed",
                        violation_error_message="检查计划须先抽取。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Inspection",
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections",
                        to="outreach.inspectionplan",
                        verbose_name="检查计划",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "待检查"),
                            ("sound", "未发现问题"),
                            ("rectifying", "整改中"),
                            ("mended", "待复查"),
                            ("closed", "已办结"),
                        ],
                        default="planned",
                        editable=False,
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("inspected_on", models.DateField(blank=True, null=True, verbose_name="检查日期")),
                (
                    "answers",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="检查项 → good、poor 或 none",
                        verbose_name="检查结果",
                    ),
                ),
                ("summary", models.TextField(blank=True, max_length=2000, verbose_name="检查意见")),
                ("revision", models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号")),
                (
                    "inspectors",
                    models.ManyToManyField(
                        related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="检查人员"
                    ),
                ),
            ],
            options={
                "verbose_name": "监督检查",
                "verbose_name_plural": "监督检查",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "organization"),
                        name="inspection_once_per_plan_and_unit",
                        violation_error_message="该单位在本计划中已列入。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "planned"), ("inspected_on__isnull", False), _connector="OR"
                        ),
                        name="inspection_done_on_a_day",
                        violation_error_message="已完成的检查须有日期。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="findings",
                        to="outreach.inspection",
                        verbose_name="监督检查",
                    ),
                ),
                ("item", models.CharField(max_length=30, verbose_name="检查项")),
                ("text", models.CharField(max_length=300, verbose_name="问题")),
                ("rectify_until", models.DateField(verbose_name="整改期限")),
                ("mending", models.CharField(blank=True, max_length=500, verbose_name="整改情况")),
                (
                    "proof",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.attachment",
                        verbose_name="整改证明",
                    ),
                ),
                ("mended_at", models.DateTimeField(blank=True, null=True, verbose_name="整改时间")),
            ],
            options={
                "verbose_name": "检查发现",
                "verbose_name_plural": "检查发现",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("inspection", "item"), name="finding_once_per_item"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mended_at", None),
                            models.Q(models.Q(("mending", ""), _negated=True), ("proof__isnull", False)),
                            _connector="OR",
                        ),
                        name="finding_mended_with_words_and_proof",
                        violation_error_message="整改须写明情况并附证明。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PanelMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="panel_member",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
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
                        verbose_name="所在单位",
                    ),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("venue", "科技场馆类"),
                                ("public", "公共场所类"),
                                ("research", "教育科研类"),
                                ("production", "生产设施类"),
                                ("other", "其他类"),
                            ],
                            max_length=12,
                        ),
                        size=None,
                        verbose_name="评审类别",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="在库")),
                (
                    "since",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="入库时间"
                    ),
                ),
            ],
            options={
                "verbose_name": "评委",
                "verbose_name_plural": "评委",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("categories__len__gte", 1)),
                        name="panel_member_knows_a_category",
                        violation_error_message="请至少选一个评审类别。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="规划代码")),
                ("name", models.CharField(max_length=120, verbose_name="规划名称")),
                ("starts_on", models.DateField(verbose_name="起始日期")),
                ("ends_on", models.DateField(help_text="含当日", verbose_name="终止日期")),
                ("basis", models.CharField(blank=True, max_length=300, verbose_name="依据")),
            ],
            options={
                "verbose_name": "规划",
                "verbose_name_plural": "规划",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="plan_ends_after_it_starts",
                        violation_error_message="终止日期必须晚于起始日期。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="projects",
                        to="outreach.plan",
                        verbose_name="规划",
                    ),
                ),
                ("code", models.CharField(max_length=10, verbose_name="编号")),
                ("name", models.CharField(max_length=60, verbose_name="工程名称")),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="内容提要")),
            ],
            options={
                "verbose_name": "重点工程",
                "verbose_name_plural": "重点工程",
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "code"), name="project_once_per_plan")
                ],
            },
        ),
        migrations.CreateModel(
            name="Measure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measures",
                        to="outreach.project",
                        verbose_name="重点工程",
                    ),
                ),
                ("code", models.CharField(max_length=10, verbose_name="编号")),
                ("name", models.CharField(max_length=120, verbose_name="任务")),
                (
                    "progress",
                    models.CharField(
                        choices=[("not_begun", "未启动"), ("under_way", "推进中"), ("done", "已完成")],
                        default="under_way",
                        max_length=12,
                        verbose_name="进展",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="进展说明")),
            ],
            options={
                "verbose_name": "规划任务",
                "verbose_name_plural": "规划任务",
                "constraints": [
                    models.UniqueConstraint(fields=("project", "code"), name="measure_once_per_project")
                ],
            },
        ),
        migrations.CreateModel(
            name="Recusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recusals",
                        to="outreach.panelmember",
                        verbose_name="评委",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portal.organization",
                        verbose_name="单位",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="回避原因")),
                (
                    "declared_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="声明时间"),
                ),
            ],
            options={
                "verbose_name": "回避",
                "verbose_name_plural": "回避",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "organization"), name="recusal_once_per_member_and_organization"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Scheme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("national", "国家级"),
                            ("province", "省级"),
                            ("city", "市级"),
                            ("district", "区级"),
                        ],
                        max_length=10,
                        verbose_name="级别",
                    ),
                ),
                (
                    "applicant",
                    models.CharField(
                        choices=[("unit", "单位"), ("district", "区科协")],
                        default="unit",
                        max_length=10,
                        verbose_name="申报主体",
                    ),
                ),
                ("has_district_step", models.BooleanField(default=True, verbose_name="须经区级推荐")),
                ("has_categories", models.BooleanField(default=True, verbose_name="分类申报")),
                ("panel_size", models.PositiveSmallIntegerField(default=5, verbose_name="评委人数")),
                (
                    "spread_limit",
                    models.DecimalField(
                        decimal_places=2,
                        default=20,
                        help_text="超过时须合议复评。",
                        max_digits=5,
                        verbose_name="分差上限（分）",
                    ),
                ),
                ("notice_days", models.PositiveSmallIntegerField(default=5, verbose_name="公示期（工作日）")),
                (
                    "answer_days",
                    models.PositiveSmallIntegerField(default=15, verbose_name="异议答复期限（工作日）"),
                ),
                (
                    "batch_ends_on",
                    models.DateField(
                        blank=True,
                        help_text="填写后，不论何年命名，称号均至此日。",
                        null=True,
                        verbose_name="批次终止日",
                    ),
                ),
                ("basis", models.CharField(max_length=300, verbose_name="依据")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
            ],
            options={
                "verbose_name": "认定方案",
                "verbose_name_plural": "认定方案",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("panel_size__in", [5, 7, 9, 11, 13, 15])),
                        name="scheme_panel_is_odd_and_at_least_five",
                        violation_error_message="评委应为不少于 5 人的单数，最多 15 人。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer_days__gte", 1), ("notice_days__gte", 1)),
                        name="scheme_notice_lasts_a_day_at_least",
                        violation_error_message="公示期和答复期限至少 1 个工作日。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScoreForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forms",
                        to="outreach.scheme",
                        verbose_name="认定方案",
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(verbose_name="版本")),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("in_force_from", models.DateField(verbose_name="启用日期")),
                (
                    "thresholds",
                    models.JSONField(
                        default=dict, help_text="类别 → {数据项: 数值}", verbose_name="分类门槛"
                    ),
                ),
                ("grades", models.JSONField(default=list, verbose_name="等级与称号")),
                (
                    "tie_breakers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        default=list,
                        help_text="依次比较的评分项。",
                        size=None,
                        verbose_name="同分次序",
                    ),
                ),
                ("visit_items", models.JSONField(default=list, verbose_name="现场核查清单")),
                (
                    "most_bonus",
                    models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name="加分上限"),
                ),
                ("assessment", models.JSONField(default=dict, verbose_name="年度考核表")),
                ("basis", models.CharField(max_length=300, verbose_name="依据")),
            ],
            options={
                "verbose_name": "评分表",
                "verbose_name_plural": "评分表",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scheme", "version"), name="score_form_version_once_per_scheme"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="criteria",
                        to="outreach.scoreform",
                        verbose_name="评分表",
                    ),
                ),
                ("code", models.CharField(max_length=10, verbose_name="代码")),
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                ("group", models.CharField(max_length=40, verbose_name="一级指标")),
                ("name", models.CharField(max_length=120, verbose_name="评分项")),
                (
                    "points",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.5"))],
                        verbose_name="满分",
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[("ladder", "分档"), ("range", "区间（0.5 分一档）"), ("formula", "公式")],
                        max_length=10,
                        verbose_name="评分方式",
                    ),
                ),
                (
                    "ladder",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DecimalField(decimal_places=2, max_digits=5),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="分档",
                    ),
                ),
                ("parts", models.JSONField(blank=True, default=list, verbose_name="公式")),
                ("guide", models.CharField(blank=True, max_length=400, verbose_name="评分说明")),
                ("evidence", models.CharField(blank=True, max_length=200, verbose_name="佐证材料")),
            ],
            options={
                "verbose_name": "评分项",
                "verbose_name_plural": "评分项",
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("form", "code"), name="criterion_once_per_form"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("how", "ladder"), ("ladder__len__gte", 2)),
                            models.Q(("how", "range"), ("ladder__len", 0)),
                            models.Q(("how", "formula"), models.Q(("parts", []), _negated=True)),
                            _connector="OR",
                        ),
                        name="criterion_has_what_its_way_of_scoring_asks",
                        violation_error_message="分档项须有分档，公式项须有公式。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExtraRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="extras",
                        to="outreach.scoreform",
                        verbose_name="评分表",
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="代码")),
                ("name", models.CharField(max_length=120, verbose_name="事项")),
                ("is_deduction", models.BooleanField(default=False, verbose_name="扣分")),
                ("points", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="每次分值")),
                (
                    "most",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="该项上限"
                    ),
                ),
            ],
            options={
                "verbose_name": "加减分项",
                "verbose_name_plural": "加减分项",
                "ordering": ["is_deduction", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("form", "code"), name="extra_rule_once_per_form"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("points__gt", 0),
                            models.Q(("most", None), ("most__gte", models.F("points")), _connector="OR"),
                        ),
                        name="extra_rule_has_points",
                        violation_error_message="分值必须大于 0，上限不能低于每次分值。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Gate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gates",
                        to="outreach.scoreform",
                        verbose_name="评分表",
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="代码")),
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                ("name", models.CharField(max_length=120, verbose_name="条件")),
                (
                    "facts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        help_text="与分类门槛比对；不填由人工判断。",
                        size=None,
                        verbose_name="自动比对的数据项",
                    ),
                ),
                ("needs_file", models.BooleanField(default=False, verbose_name="须附证明")),
            ],
            options={
                "verbose_name": "准入条件",
                "verbose_name_plural": "准入条件",
                "ordering": ["position", "pk"],
                "constraints": [models.UniqueConstraint(fields=("form", "code"), name="gate_once_per_form")],
            },
        ),
        migrations.CreateModel(
            name="Round",
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
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="outreach.scheme",
                        verbose_name="认定方案",
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="outreach.scoreform",
                        verbose_name="评分表",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                ("text", models.TextField(blank=True, max_length=5000, verbose_name="通知正文")),
                ("apply_from", models.DateField(verbose_name="申报开始")),
                (
                    "apply_until",
                    models.DateField(help_text="含当日；逾期系统不再受理。", verbose_name="申报截止"),
                ),
                (
                    "recommend_until",
                    models.DateField(
                        help_text="含当日；退回补正也须在此日前完成。", verbose_name="区级推荐截止"
                    ),
                ),
                (
                    "notice_from",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="公示开始"),
                ),
                (
                    "notice_until",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="公示截止"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("open", "申报中"),
                            ("reviewing", "评审中"),
                            ("noticed", "公示中"),
                            ("closed", "已结束"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("announced_at", models.DateTimeField(editable=False, null=True, verbose_name="发布时间")),
                ("closed_at", models.DateTimeField(editable=False, null=True, verbose_name="结束时间")),
            ],
            options={
                "verbose_name": "认定批次",
                "verbose_name_plural": "认定批次",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("title",),
                        name="round_title_once",
                        violation_error_message="已有同名批次，请换一个标题。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("apply_until__gte", models.F("apply_from")),
                            ("recommend_until__gte", models.F("apply_until")),
                        ),
                        name="round_days_follow_each_other",
                        violation_error_message="申报截止不能早于申报开始，区级推荐截止不能早于申报截止。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("notice_from", None), ("notice_until", None)),
                            ("notice_until__gte", models.F("notice_from")),
                            _connector="OR",
                        ),
                        name="round_notice_begins_and_ends",
                        violation_error_message="公示截止不能早于公示开始。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["noticed", "closed"]), _negated=True),
                            ("notice_from__isnull", False),
                            _connector="OR",
                        ),
                        name="round_in_notice_has_its_days",
                        violation_error_message="公示中的批次必须有公示日期。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Application",
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
                    "number",
                    models.CharField(
                        default=outreach.models.rounds.new_case_number,
                        editable=False,
                        max_length=10,
                        unique=True,
                        verbose_name="评审编号",
                    ),
                ),
                (
                    "key",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="提交标识"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="outreach.round",
                        verbose_name="批次",
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("venue", "科技场馆类"),
                            ("public", "公共场所类"),
                            ("research", "教育科研类"),
                            ("production", "生产设施类"),
                            ("other", "其他类"),
                        ],
                        max_length=12,
                        verbose_name="申报类别",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("submitted", "待区级核对"),
                            ("returned", "退回补正"),
                            ("recommended", "待形式审查"),
                            ("not_recommended", "区级不予推荐"),
                            ("admitted", "待评审"),
                            ("inadmissible", "形式审查未通过"),
                            ("scoring", "评审中"),
                            ("scored", "评审完成"),
                            ("proposed", "拟认定"),
                            ("not_proposed", "拟不认定"),
                            ("granted", "已认定"),
                            ("refused", "不予认定"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=16,
                        verbose_name="状态",
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号")),
                ("legal_person", models.CharField(blank=True, max_length=30, verbose_name="法定代表人")),
                ("contact", models.CharField(blank=True, max_length=30, verbose_name="联系人")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="联系电话")),
                (
                    "building_area",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="建筑面积（平方米）"),
                ),
                (
                    "exhibition_area",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="展教面积（平方米）"),
                ),
                (
                    "full_time_staff",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="专职科普人员（人）"
                    ),
                ),
                (
                    "part_time_staff",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="兼职科普人员（人）"
                    ),
                ),
                (
                    "volunteers",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="科普志愿者（人）"),
                ),
                (
                    "training_hours",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="讲解人员年培训（学时）"),
                ),
                (
                    "open_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(366)],
                        verbose_name="年开放天数（天）",
                    ),
                ),
                (
                    "weekend_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(366)],
                        verbose_name="其中周末与节假日（天）",
                    ),
                ),
                (
                    "visitors",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="年接待（人次）"),
                ),
                (
                    "sessions",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="年科普活动（场）"),
                ),
                (
                    "has_pupil_discount",
                    models.BooleanField(blank=True, null=True, verbose_name="对未成年人免费或优惠"),
                ),
                (
                    "has_senior_discount",
                    models.BooleanField(blank=True, null=True, verbose_name="对老年人免费或优惠"),
                ),
                (
                    "has_military_discount",
                    models.BooleanField(blank=True, null=True, verbose_name="对现役和退役军人免费或优惠"),
                ),
                (
                    "leaflets",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="免费发放资料（份）"),
                ),
                ("exhibits", models.PositiveIntegerField(blank=True, null=True, verbose_name="展品（件）")),
                ("boards", models.PositiveIntegerField(blank=True, null=True, verbose_name="展板（块）")),
                (
                    "models_count",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="模型（件）"),
                ),
                ("books", models.PositiveIntegerField(blank=True, null=True, verbose_name="科普图书（册）")),
                (
                    "income_appropriation_yuan",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="拨款收入（元）"
                    ),
                ),
                (
                    "income_sponsorship_yuan",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="捐赠赞助收入（元）",
                    ),
                ),
                (
                    "income_other_yuan",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="其他收入（元）"
                    ),
                ),
                (
                    "spending_building_yuan",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="场馆建设支出（元）",
                    ),
                ),
                (
                    "spending_exhibits_yuan",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="展品支出（元）"
                    ),
                ),
                (
                    "spending_activities_yuan",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="活动支出（元）"
                    ),
                ),
                (
                    "spending_other_yuan",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="其他支出（元）"
                    ),
                ),
                (
                    "other_titles",
                    models.CharField(
                        blank=True,
                        help_text="本平台没有登记的称号；没有填“无”。",
                        max_length=300,
                        verbose_name="其他已获称号",
                    ),
                ),
                (
                    "has_distinctive_resource",
                    models.BooleanField(blank=True, null=True, verbose_name="有特色科普资源"),
                ),
                (
                    "shows_own_technology",
                    models.BooleanField(blank=True, null=True, verbose_name="展示自有技术或生产"),
                ),
                ("summary", models.TextField(blank=True, max_length=3000, verbose_name="近两年科普工作总结")),
                ("plan", models.TextField(blank=True, max_length=3000, verbose_name="今后工作计划")),
                (
                    "submitted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="首次提交时间"),
                ),
                (
                    "resubmitted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="补正提交时间"),
                ),
                (
                    "remarks",
                    models.JSONField(blank=True, default=dict, editable=False, verbose_name="补正意见"),
                ),
                (
                    "recommended_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="区级推荐时间"),
                ),
                (
                    "district_rank",
                    models.PositiveSmallIntegerField(
                        blank=True, editable=False, null=True, verbose_name="区级排序"
                    ),
                ),
                (
                    "district_opinion",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="区级意见"),
                ),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2, editable=False, max_digits=6, null=True, verbose_name="总分"
                    ),
                ),
                (
                    "breakdown",
                    models.JSONField(blank=True, default=dict, editable=False, verbose_name="得分说明"),
                ),
                (
                    "proposed_titles",
                    models.JSONField(blank=True, default=list, editable=False, verbose_name="拟授称号"),
                ),
                ("place", models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="名次")),
                (
                    "decision",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="决定说明"),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="决定时间")),
            ],
            options={
                "verbose_name": "认定申报",
                "verbose_name_plural": "认定申报",
                "indexes": [models.Index(fields=["round", "status"], name="application_by_round")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="application_of_an_organization",
                        violation_error_message="申报必须属于一家单位。",
                    ),
                    models.UniqueConstraint(
                        fields=("round", "organization"),
                        name="application_once_per_round_and_organization",
                        violation_error_message="本单位在本批次已有申报，请在原申报上修改。",
                    ),
                    models.UniqueConstraint(
                        fields=("round", "region", "district_rank"),
                        name="application_rank_once_per_district",
                        violation_error_message="该排序已给了另一家单位，请换一个。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "withdrawn"]),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="application_handed_in_has_a_time",
                        violation_error_message="已提交的申报必须有提交时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["granted", "refused"]), _negated=True),
                            ("decided_at__isnull", False),
                            _connector="OR",
                        ),
                        name="application_decided_with_a_time",
                        violation_error_message="已决定的申报必须有决定时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("exhibition_area", None),
                            ("building_area", None),
                            ("exhibition_area__lte", models.F("building_area")),
                            _connector="OR",
                        ),
                        name="application_exhibition_within_building",
                        violation_error_message="展教面积不能大于建筑面积。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weekend_days", None),
                            ("open_days", None),
                            ("weekend_days__lte", models.F("open_days")),
                            _connector="OR",
                        ),
                        name="application_weekends_within_open_days",
                        violation_error_message="周末与节假日开放天数不能多于年开放天数。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApplicationFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="outreach.application",
                        verbose_name="申报",
                    ),
                ),
                ("proves", models.CharField(max_length=20, verbose_name="证明事项")),
                (
                    "attachment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.attachment",
                        verbose_name="附件",
                    ),
                ),
                ("is_blind", models.BooleanField(default=False, verbose_name="匿名件")),
                ("is_checked_blind", models.BooleanField(default=False, verbose_name="匿名已核对")),
            ],
            options={
                "verbose_name": "申报材料",
                "verbose_name_plural": "申报材料",
                "ordering": ["proves", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "attachment"), name="application_file_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_checked_blind", False), ("is_blind", True), _connector="OR"),
                        name="application_file_checked_only_if_blind",
                        violation_error_message="只有匿名件需要核对。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExtraFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="extra_findings",
                        to="outreach.application",
                        verbose_name="申报",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outreach.extrarule",
                        verbose_name="加减分项",
                    ),
                ),
                ("times", models.PositiveSmallIntegerField(verbose_name="次数")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="依据")),
            ],
            options={
                "verbose_name": "加减分",
                "verbose_name_plural": "加减分",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "rule"), name="extra_finding_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("times", 0), models.Q(("note", ""), _negated=True), _connector="OR"
                        ),
                        name="extra_found_on_proof",
                        violation_error_message="加减分须写明依据。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GateFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gate_findings",
                        to="outreach.application",
                        verbose_name="申报",
                    ),
                ),
                (
                    "gate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outreach.gate",
                        verbose_name="准入条件",
                    ),
                ),
                ("is_met", models.BooleanField(verbose_name="符合")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
            ],
            options={
                "verbose_name": "形式审查",
                "verbose_name_plural": "形式审查",
                "constraints": [
                    models.UniqueConstraint(fields=("application", "gate"), name="gate_finding_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_met", True), models.Q(("note", ""), _negated=True), _connector="OR"
                        ),
                        name="gate_missed_with_a_reason",
                        violation_error_message="不符合的条件须写明原因。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="objections",
                        to="outreach.application",
                        verbose_name="申报",
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="异议编号")),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("figures", "填报数据不实"),
                            ("conditions", "不符合准入条件"),
                            ("procedure", "评审程序不当"),
                            ("interest", "评审人员应回避而未回避"),
                            ("content", "展示内容不科学"),
                            ("other", "其他"),
                        ],
                        max_length=12,
                        verbose_name="理由",
                    ),
                ),
                ("ground_key", models.CharField(editable=False, max_length=80, verbose_name="理由标识")),
                ("text", models.TextField(max_length=2000, verbose_name="事实与理由")),
                ("name", models.CharField(max_length=60, verbose_name="姓名或单位")),
                ("phone", models.CharField(max_length=30, verbose_name="联系电话")),
                (
                    "proof",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.attachment",
                        verbose_name="证明材料",
                    ),
                ),
                (
                    "received_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="受理时间"
                    ),
                ),
                ("due_on", models.DateField(editable=False, verbose_name="答复期限")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("submitted", "调查中"),
                            ("upheld", "异议成立"),
                            ("dismissed", "异议不成立"),
                        ],
                        default="submitted",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "answer",
                    models.TextField(blank=True, editable=False, max_length=2000, verbose_name="处理决定"),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="决定时间")),
                (
                    "decided_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="决定人",
                    ),
                ),
            ],
            options={
                "verbose_name": "异议",
                "verbose_name_plural": "异议",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "ground_key"),
                        name="objection_once_per_case_and_ground",
                        violation_error_message="同一理由的异议已经受理。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "submitted"),
                            models.Q(models.Q(("answer", ""), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="objection_decided_with_an_answer",
                        violation_error_message="处理异议须写明决定。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PanelDraw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draws",
                        to="outreach.application",
                        verbose_name="申报",
                    ),
                ),
                ("seed", models.CharField(max_length=40, verbose_name="种子")),
                ("pool", models.JSONField(help_text="按次序：[评委编号, 已有件数]", verbose_name="候选评委")),
                ("wanted", models.PositiveSmallIntegerField(verbose_name="抽取人数")),
                ("drawn", models.JSONField(verbose_name="抽中评委")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="抽取时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="抽取人",
                    ),
                ),
            ],
            options={
                "verbose_name": "评委抽取",
                "verbose_name_plural": "评委抽取",
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="outreach.application",
                        verbose_name="申报",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="outreach.panelmember",
                        verbose_name="评委",
                    ),
                ),
                ("turn", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("letter", models.CharField(max_length=2, verbose_name="代号")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "待评分"), ("submitted", "已提交"), ("recused", "已回避")],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("opinion", models.TextField(blank=True, max_length=1000, verbose_name="评审意见")),
                ("revision", models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号")),
                (
                    "assigned_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="分派时间"
                    ),
                ),
                ("submitted_at", models.DateTimeField(editable=False, null=True, verbose_name="提交时间")),
                ("reminded_at", models.DateTimeField(editable=False, null=True, verbose_name="催办时间")),
            ],
            options={
                "verbose_name": "评审",
                "verbose_name_plural": "评审",
                "indexes": [models.Index(fields=["member", "status"], name="review_by_member")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "member", "turn"), name="review_once_per_member_and_turn"
                    ),
                    models.UniqueConstraint(
                        fields=("application", "letter", "turn"), name="review_letter_once_per_turn"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "submitted"), _negated=True),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="review_submitted_with_a_time",
                        violation_error_message="已提交的评分必须有提交时间。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="outreach.review",
                        verbose_name="评审",
                    ),
                ),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outreach.criterion",
                        verbose_name="评分项",
                    ),
                ),
                ("points", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="分值")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="理由")),
            ],
            options={
                "verbose_name": "评分",
                "verbose_name_plural": "评分",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("review", "criterion"), name="score_once_per_review_and_criterion"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SelfCheck",
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
                    "checklist",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outreach.checklist",
                        verbose_name="检查表",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "answers",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="检查项 → good、poor 或 none",
                        verbose_name="自查结果",
                    ),
                ),
                ("summary", models.TextField(blank=True, max_length=2000, verbose_name="自查说明")),
                (
                    "submitted_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="提交时间"),
                ),
            ],
            options={
                "verbose_name": "年度自查",
                "verbose_name_plural": "年度自查",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "year"),
                        name="self_check_once_per_organization_and_year",
                        violation_error_message="本单位本年度已提交自查。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="self_check_of_an_organization",
                        violation_error_message="自查必须属于一家单位。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SiteVisit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visit",
                        to="outreach.application",
                        verbose_name="申报",
                    ),
                ),
                ("visited_on", models.DateField(blank=True, null=True, verbose_name="核查日期")),
                (
                    "answers",
                    models.JSONField(
                        blank=True, default=dict, help_text="项目 → [结果, 说明]", verbose_name="核查结果"
                    ),
                ),
                (
                    "measured_area",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="实测展教面积（平方米）"),
                ),
                ("summary", models.TextField(blank=True, max_length=2000, verbose_name="核查意见")),
                ("is_done", models.BooleanField(default=False, editable=False, verbose_name="已完成")),
                ("revision", models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号")),
                (
                    "visited_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="核查人",
                    ),
                ),
            ],
            options={
                "verbose_name": "现场核查",
                "verbose_name_plural": "现场核查",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_done", False),
                            models.Q(("visited_by__isnull", False), ("visited_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="visit_done_has_day_and_person",
                        violation_error_message="完成核查须填核查日期。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="targets",
                        to="outreach.plan",
                        verbose_name="规划",
                    ),
                ),
                ("code", models.CharField(max_length=30, verbose_name="代码")),
                ("name", models.CharField(max_length=120, verbose_name="目标")),
                ("unit", models.CharField(max_length=20, verbose_name="单位")),
                ("baseline_year", models.PositiveSmallIntegerField(verbose_name="基期年份")),
                ("baseline", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="基期值")),
                ("target_year", models.PositiveSmallIntegerField(verbose_name="目标年份")),
                ("target", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="目标值")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
            ],
            options={
                "verbose_name": "规划目标",
                "verbose_name_plural": "规划目标",
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "code"), name="target_once_per_plan")
                ],
            },
        ),
        migrations.CreateModel(
            name="TargetActual",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="actuals",
                        to="outreach.target",
                        verbose_name="规划目标",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("value", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="实际值")),
                ("source", models.CharField(max_length=200, verbose_name="来源")),
            ],
            options={
                "verbose_name": "目标完成值",
                "verbose_name_plural": "目标完成值",
                "constraints": [
                    models.UniqueConstraint(fields=("target", "year"), name="actual_once_per_target_year")
                ],
            },
        ),
        migrations.CreateModel(
            name="TitleKind",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=30, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("national", "国家级"),
                            ("province", "省级"),
                            ("city", "市级"),
                            ("district", "区级"),
                        ],
                        max_length=10,
                        verbose_name="级别",
                    ),
                ),
                ("years_valid", models.PositiveSmallIntegerField(verbose_name="有效期（年）")),
                ("basis", models.CharField(max_length=200, verbose_name="依据")),
            ],
            options={
                "verbose_name": "称号类别",
                "verbose_name_plural": "称号类别",
            },
        ),
        migrations.CreateModel(
            name="Title",
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
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="titles",
                        to="outreach.titlekind",
                        verbose_name="称号",
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("venue", "科技场馆类"),
                            ("public", "公共场所类"),
                            ("research", "教育科研类"),
                            ("production", "生产设施类"),
                            ("other", "其他类"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="证书编号")),
                ("valid_from", models.DateField(verbose_name="生效日期")),
                ("valid_until", models.DateField(help_text="含当日", verbose_name="有效期至")),
                ("withdrawn_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("withdrawal_reason", models.CharField(blank=True, max_length=300, verbose_name="撤销原因")),
                (
                    "exhibition_area",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="展厅面积（平方米）"),
                ),
                (
                    "open_days",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="年开放天数"),
                ),
                ("has_free_entry", models.BooleanField(default=False, verbose_name="免费或优惠开放")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="资料来源")),
                (
                    "application",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="titles",
                        to="outreach.application",
                        verbose_name="申报",
                    ),
                ),
                (
                    "paper",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.issuedpaper",
                        verbose_name="证书",
                    ),
                ),
            ],
            options={
                "verbose_name": "科普称号",
                "verbose_name_plural": "科普称号",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("valid_from"))),
                        name="title_ends_after_it_begins",
                        violation_error_message="有效期止日必须晚于生效日期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="title_belongs_to_an_organization",
                        violation_error_message="称号必须属于一家单位。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_on", None),
                            models.Q(("withdrawal_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="title_withdrawn_with_a_reason",
                        violation_error_message="撤销称号必须写明原因。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("open_days", None), ("open_days__lte", 366), _connector="OR"),
                        name="title_open_days_fit_a_year",
                        violation_error_message="年开放天数不能超过 366。",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("withdrawn_on", None)),
                        expressions=[
                            (
                                models.Func(
                                    models.F("organization"),
                                    models.F("organization"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("kind"),
                                    models.F("kind"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_until"),
                                    models.Value("[]"),
                                    function="daterange",
                                ),
                                "&&",
                            ),
                        ],
                        name="title_once_per_organization_kind_and_day",
                        violation_error_message="该单位在此期间已有同一称号。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
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
                    "title",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="outreach.title",
                        verbose_name="称号",
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outreach.scoreform",
                        verbose_name="评分表",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="考核年度")),
                ("due_on", models.DateField(verbose_name="自评截止")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "待自评"),
                            ("reported", "待核查"),
                            ("rectifying", "限期整改"),
                            ("passed", "合格"),
                            ("failed", "不合格"),
                        ],
                        default="open",
                        editable=False,
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "values",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="项目 → 数值；平台数据为下限。",
                        verbose_name="数据",
                    ),
                ),
                ("self_report", models.TextField(blank=True, max_length=3000, verbose_name="自评说明")),
                ("asks_funding", models.BooleanField(default=False, verbose_name="申请经费资助")),
                ("funding_purpose", models.CharField(blank=True, max_length=300, verbose_name="经费用途")),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2, editable=False, max_digits=5, null=True, verbose_name="得分"
                    ),
                ),
                (
                    "breakdown",
                    models.JSONField(blank=True, default=list, editable=False, verbose_name="得分说明"),
                ),
                ("is_excellent", models.BooleanField(default=False, editable=False, verbose_name="优秀")),
                (
                    "checked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outreach.panelmember",
                        verbose_name="核查专家",
                    ),
                ),
                ("check_opinion", models.CharField(blank=True, max_length=500, verbose_name="核查意见")),
                (
                    "rectify_until",
                    models.DateField(blank=True, editable=False, null=True, verbose_name="整改期限"),
                ),
                ("rectification", models.TextField(blank=True, max_length=2000, verbose_name="整改情况")),
                ("reported_at", models.DateTimeField(editable=False, null=True, verbose_name="自评时间")),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="结论时间")),
                ("revision", models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号")),
            ],
            options={
                "verbose_name": "年度考核",
                "verbose_name_plural": "年度考核",
                "indexes": [models.Index(fields=["year", "status"], name="assessment_by_year")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("title", "year"),
                        name="assessment_once_per_title_and_year",
                        violation_error_message="该称号本年度已有考核。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["passed", "failed"]), _negated=True),
                            ("decided_at__isnull", False),
                            _connector="OR",
                        ),
                        name="assessment_decided_with_time_and_total",
                        violation_error_message="考核结论须有时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "rectifying"), _negated=True),
                            ("rectify_until__isnull", False),
                            _connector="OR",
                        ),
                        name="assessment_rectifies_by_a_day",
                        violation_error_message="限期整改须有期限。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asks_funding", False),
                            models.Q(("funding_purpose", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="assessment_funding_has_a_purpose",
                        violation_error_message="申请经费须写明用途。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ban",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organization",
                        verbose_name="单位",
                    ),
                ),
                (
                    "title",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bans",
                        to="outreach.title",
                        verbose_name="称号",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="起始日期")),
                ("ends_on", models.DateField(help_text="含当日", verbose_name="终止日期")),
                ("reason", models.CharField(max_length=300, verbose_name="原因")),
            ],
            options={
                "verbose_name": "禁止申报",
                "verbose_name_plural": "禁止申报",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="ban_ends_after_it_starts",
                        violation_error_message="终止日期不能早于起始日期。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClawBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "title",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claw_backs",
                        to="outreach.title",
                        verbose_name="称号",
                    ),
                ),
                (
                    "amount_yuan",
                    models.DecimalField(decimal_places=2, max_digits=12, verbose_name="应追回（元）"),
                ),
                (
                    "repaid_yuan",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=12, verbose_name="已追回（元）"
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="原因")),
                ("asked_on", models.DateField(verbose_name="追回日期")),
            ],
            options={
                "verbose_name": "资金追回",
                "verbose_name_plural": "资金追回",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_yuan__gt", 0),
                            ("repaid_yuan__gte", 0),
                            ("repaid_yuan__lte", models.F("amount_yuan")),
                        ),
                        name="claw_back_never_exceeds_what_is_owed",
                        violation_error_message="已追回金额不能超过应追回金额。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FundingAward",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="award",
                        to="outreach.assessment",
                        verbose_name="年度考核",
                    ),
                ),
                (
                    "amount_yuan",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(Decimal("1"))],
                        verbose_name="金额（元）",
                    ),
                ),
                (
                    "listed_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="列入时间"),
                ),
                (
                    "listed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="列入人",
                    ),
                ),
            ],
            options={
                "verbose_name": "资助名单",
                "verbose_name_plural": "资助名单",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_yuan__gt", 0)),
                        name="funding_award_is_money",
                        violation_error_message="资助金额必须大于 0。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TitleReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "title",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="outreach.title",
                        verbose_name="称号",
                    ),
                ),
                ("days", models.SmallIntegerField(verbose_name="提前天数")),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="提醒时间")),
            ],
            options={
                "verbose_name": "到期提醒",
                "verbose_name_plural": "到期提醒",
                "constraints": [
                    models.UniqueConstraint(fields=("title", "days"), name="title_reminder_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="TitleTransfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "title",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="outreach.title",
                        verbose_name="称号",
                    ),
                ),
                (
                    "former",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organization",
                        verbose_name="原单位",
                    ),
                ),
                (
                    "present",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.organization",
                        verbose_name="现单位",
                    ),
                ),
                ("on", models.DateField(verbose_name="变更日期")),
                ("reason", models.CharField(max_length=300, verbose_name="变更原因")),
            ],
            options={
                "verbose_name": "称号变更",
                "verbose_name_plural": "称号变更",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("former", models.F("present")), _negated=True),
                        name="transfer_goes_to_another_body",
                        violation_error_message="原单位和现单位不能相同。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="transfer_has_a_reason",
                        violation_error_message="称号变更须写明原因。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photos",
                        to="outreach.sitevisit",
                        verbose_name="现场核查",
                    ),
                ),
                (
                    "attachment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.attachment",
                        verbose_name="照片",
                    ),
                ),
                ("shows_name", models.BooleanField(default=True, verbose_name="可见单位名称")),
            ],
            options={
                "verbose_name": "核查照片",
                "verbose_name_plural": "核查照片",
                "constraints": [
                    models.UniqueConstraint(fields=("visit", "attachment"), name="visit_photo_once")
                ],
            },
        ),
    ]
