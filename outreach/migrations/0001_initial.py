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
from portal.migration_operations import CreateTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("portal", "0002_scope_and_audit_trail"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Criterion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                                choices=[
                                    ("ladder", "分档"),
                                    ("range", "区间（0.5 分一档）"),
                                    ("formula", "公式"),
                                ],
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
                        ("code", models.CharField(max_length=20, verbose_name="代码")),
                        ("name", models.CharField(max_length=120, verbose_name="事项")),
                        ("is_deduction", models.BooleanField(default=False, verbose_name="扣分")),
                        (
                            "points",
                            models.DecimalField(decimal_places=2, max_digits=5, verbose_name="每次分值"),
                        ),
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
                    name="Application",
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
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
                        ),
                        (
                            "legal_person",
                            models.CharField(blank=True, max_length=30, verbose_name="法定代表人"),
                        ),
                        ("contact", models.CharField(blank=True, max_length=30, verbose_name="联系人")),
                        ("phone", models.CharField(blank=True, max_length=30, verbose_name="联系电话")),
                        (
                            "building_area",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="建筑面积（平方米）"
                            ),
                        ),
                        (
                            "exhibition_area",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="展教面积（平方米）"
                            ),
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
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="科普志愿者（人）"
                            ),
                        ),
                        (
                            "training_hours",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="讲解人员年培训（学时）"
                            ),
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
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="年科普活动（场）"
                            ),
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
                            models.BooleanField(
                                blank=True, null=True, verbose_name="对现役和退役军人免费或优惠"
                            ),
                        ),
                        (
                            "leaflets",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="免费发放资料（份）"
                            ),
                        ),
                        (
                            "exhibits",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="展品（件）"),
                        ),
                        (
                            "boards",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="展板（块）"),
                        ),
                        (
                            "models_count",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="模型（件）"),
                        ),
                        (
                            "books",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="科普图书（册）"),
                        ),
                        (
                            "income_appropriation_yuan",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                verbose_name="拨款收入（元）",
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
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                verbose_name="其他收入（元）",
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
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                verbose_name="展品支出（元）",
                            ),
                        ),
                        (
                            "spending_activities_yuan",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                verbose_name="活动支出（元）",
                            ),
                        ),
                        (
                            "spending_other_yuan",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=14,
                                null=True,
                                verbose_name="其他支出（元）",
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
                        (
                            "summary",
                            models.TextField(blank=True, max_length=3000, verbose_name="近两年科普工作总结"),
                        ),
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
                            models.JSONField(
                                blank=True, default=dict, editable=False, verbose_name="补正意见"
                            ),
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
                            models.CharField(
                                blank=True, editable=False, max_length=500, verbose_name="区级意见"
                            ),
                        ),
                        (
                            "total",
                            models.DecimalField(
                                decimal_places=2, editable=False, max_digits=6, null=True, verbose_name="总分"
                            ),
                        ),
                        (
                            "breakdown",
                            models.JSONField(
                                blank=True, default=dict, editable=False, verbose_name="得分说明"
                            ),
                        ),
                        (
                            "proposed_titles",
                            models.JSONField(
                                blank=True, default=list, editable=False, verbose_name="拟授称号"
                            ),
                        ),
                        (
                            "place",
                            models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="名次"),
                        ),
                        (
                            "decision",
                            models.CharField(
                                blank=True, editable=False, max_length=500, verbose_name="决定说明"
                            ),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="决定时间"),
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
                        "verbose_name": "认定申报",
                        "verbose_name_plural": "认定申报",
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
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
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
                        (
                            "self_report",
                            models.TextField(blank=True, max_length=3000, verbose_name="自评说明"),
                        ),
                        ("asks_funding", models.BooleanField(default=False, verbose_name="申请经费资助")),
                        (
                            "funding_purpose",
                            models.CharField(blank=True, max_length=300, verbose_name="经费用途"),
                        ),
                        (
                            "total",
                            models.DecimalField(
                                decimal_places=2, editable=False, max_digits=5, null=True, verbose_name="得分"
                            ),
                        ),
                        (
                            "breakdown",
                            models.JSONField(
                                blank=True, default=list, editable=False, verbose_name="得分说明"
                            ),
                        ),
                        (
                            "is_excellent",
                            models.BooleanField(default=False, editable=False, verbose_name="优秀"),
                        ),
                        (
                            "advice",
                            models.CharField(
                                blank=True,
                                choices=[("passed", "合格"), ("rectify", "限期整改"), ("failed", "不合格")],
                                editable=False,
                                max_length=10,
                                verbose_name="专家建议",
                            ),
                        ),
                        (
                            "expert_opinion",
                            models.CharField(
                                blank=True, editable=False, max_length=500, verbose_name="专家核查意见"
                            ),
                        ),
                        (
                            "checked_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="专家核查时间"),
                        ),
                        (
                            "check_opinion",
                            models.CharField(blank=True, max_length=500, verbose_name="核查意见"),
                        ),
                        (
                            "rectify_until",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="整改期限"),
                        ),
                        (
                            "rectification",
                            models.TextField(blank=True, max_length=2000, verbose_name="整改情况"),
                        ),
                        (
                            "reported_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="自评时间"),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="结论时间"),
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
                        "verbose_name": "年度考核",
                        "verbose_name_plural": "年度考核",
                    },
                ),
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
                            models.UniqueConstraint(
                                fields=("code", "version"), name="checklist_version_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("items", []), _negated=True),
                                name="checklist_has_items",
                                violation_error_message="检查表至少有一项。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Document",
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
                            models.SlugField(
                                help_text="小写字母、数字和下划线，用作网址。",
                                max_length=40,
                                unique=True,
                                verbose_name="代码",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("law", "法律"),
                                    ("regulation", "行政法规"),
                                    ("local_law", "地方性法规"),
                                    ("rule", "管理办法"),
                                    ("plan", "规划"),
                                    ("policy", "政策文件"),
                                    ("notice", "通知公告"),
                                    ("standard", "标准"),
                                ],
                                max_length=12,
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "level",
                            models.CharField(
                                choices=[
                                    ("national", "国家"),
                                    ("province", "省"),
                                    ("city", "市"),
                                    ("district", "区"),
                                    ("other", "外地"),
                                ],
                                default="city",
                                max_length=10,
                                verbose_name="级别",
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="名称")),
                        ("issuer", models.CharField(blank=True, max_length=80, verbose_name="制定机关")),
                        ("summary", models.CharField(blank=True, max_length=500, verbose_name="内容提要")),
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
                        "verbose_name": "政策与标准",
                        "verbose_name_plural": "政策与标准",
                    },
                ),
                migrations.CreateModel(
                    name="DocumentVersion",
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
                        ("number", models.PositiveSmallIntegerField(editable=False, verbose_name="版次")),
                        (
                            "label",
                            models.CharField(
                                help_text="如“2023年修订”。", max_length=40, verbose_name="版本名称"
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("proposed", "立项建议"),
                                    ("drafting", "起草中"),
                                    ("commenting", "征求意见"),
                                    ("settled", "意见已处理"),
                                    ("approved", "已发布"),
                                    ("dropped", "未立项"),
                                ],
                                default="drafting",
                                editable=False,
                                max_length=12,
                                verbose_name="状态",
                            ),
                        ),
                        ("document_number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                        ("issued_on", models.DateField(blank=True, null=True, verbose_name="发布日期")),
                        ("in_force_from", models.DateField(blank=True, null=True, verbose_name="施行日期")),
                        (
                            "out_of_force_on",
                            models.DateField(
                                blank=True, help_text="自当日起不再施行。", null=True, verbose_name="失效日期"
                            ),
                        ),
                        ("dates_note", models.CharField(blank=True, max_length=100, verbose_name="日期说明")),
                        ("is_whole", models.BooleanField(default=False, verbose_name="收录全文")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="收录说明")),
                        ("source", models.CharField(blank=True, max_length=300, verbose_name="出处")),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="立项理由")),
                        (
                            "approved_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="收录时间"),
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
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="outreach.document",
                                verbose_name="政策与标准",
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
                            "replaced_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="outreach.documentversion",
                                verbose_name="被何版本代替",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "文件版本",
                        "verbose_name_plural": "文件版本",
                    },
                ),
                migrations.CreateModel(
                    name="CommentRound",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="轮次")),
                        ("opens_on", models.DateField(verbose_name="开始日期")),
                        ("closes_on", models.DateField(help_text="含当日", verbose_name="截止日期")),
                        ("note", models.CharField(blank=True, max_length=500, verbose_name="征求意见说明")),
                        (
                            "open_count",
                            models.PositiveIntegerField(
                                default=0, editable=False, verbose_name="待答复（条）"
                            ),
                        ),
                        (
                            "closed_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="结束时间"),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rounds",
                                to="outreach.documentversion",
                                verbose_name="文件版本",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "征求意见",
                        "verbose_name_plural": "征求意见",
                        "ordering": ["number"],
                    },
                ),
                migrations.CreateModel(
                    name="Article",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                        ("anchor", models.CharField(max_length=40, verbose_name="锚点")),
                        ("label", models.CharField(max_length=60, verbose_name="条款")),
                        ("heading", models.CharField(blank=True, max_length=120, verbose_name="章节")),
                        ("text", models.TextField(blank=True, max_length=20000, verbose_name="条文")),
                        ("gist", models.TextField(blank=True, max_length=1000, verbose_name="要点")),
                        ("source", models.CharField(blank=True, max_length=300, verbose_name="出处")),
                        (
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="articles",
                                to="outreach.documentversion",
                                verbose_name="文件版本",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "条款",
                        "verbose_name_plural": "条款",
                        "ordering": ["position"],
                    },
                ),
                migrations.CreateModel(
                    name="Donation",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="提交标识"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("donation", "捐赠"), ("sponsorship", "赞助")],
                                max_length=12,
                                verbose_name="类别",
                            ),
                        ),
                        ("donor", models.CharField(max_length=120, verbose_name="捐赠（赞助）方")),
                        ("is_person", models.BooleanField(default=False, verbose_name="捐赠方是个人")),
                        ("is_named", models.BooleanField(default=False, verbose_name="同意公示名称")),
                        (
                            "amount_yuan",
                            models.DecimalField(
                                decimal_places=2,
                                help_text="实物按评估价值填写。",
                                max_digits=14,
                                verbose_name="金额（元）",
                            ),
                        ),
                        ("goods", models.CharField(blank=True, max_length=200, verbose_name="实物说明")),
                        ("purpose", models.CharField(max_length=200, verbose_name="约定用途")),
                        ("received_on", models.DateField(verbose_name="收到日期")),
                        (
                            "used_yuan",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                editable=False,
                                max_digits=14,
                                verbose_name="已使用（元）",
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
                            "paper",
                            models.OneToOneField(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.issuedpaper",
                                verbose_name="收据",
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
                        "verbose_name": "捐赠与赞助",
                        "verbose_name_plural": "捐赠与赞助",
                    },
                ),
                migrations.CreateModel(
                    name="DonationUse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "key",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="提交标识"
                            ),
                        ),
                        ("used_on", models.DateField(verbose_name="使用日期")),
                        (
                            "amount_yuan",
                            models.DecimalField(decimal_places=2, max_digits=14, verbose_name="金额（元）"),
                        ),
                        ("purpose", models.CharField(max_length=200, verbose_name="用于")),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "donation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="uses",
                                to="outreach.donation",
                                verbose_name="捐赠与赞助",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "捐赠使用",
                        "verbose_name_plural": "捐赠使用",
                        "ordering": ["used_on", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Duty",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=20, unique=True, verbose_name="代码")),
                        ("law", models.CharField(max_length=80, verbose_name="法规")),
                        ("article", models.CharField(max_length=40, verbose_name="条款")),
                        ("name", models.CharField(max_length=120, verbose_name="职责")),
                        ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                        (
                            "bodies",
                            models.ManyToManyField(
                                blank=True,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="责任单位",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "法定职责",
                        "verbose_name_plural": "法定职责",
                        "ordering": ["position", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="BudgetLine",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="提交标识"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                        ("name", models.CharField(max_length=120, verbose_name="预算项目")),
                        (
                            "amount_yuan",
                            models.DecimalField(decimal_places=2, max_digits=14, verbose_name="预算（元）"),
                        ),
                        (
                            "appropriated_yuan",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                editable=False,
                                max_digits=14,
                                verbose_name="已下达（元）",
                            ),
                        ),
                        (
                            "paid_yuan",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                editable=False,
                                max_digits=14,
                                verbose_name="已支付（元）",
                            ),
                        ),
                        (
                            "evaluation",
                            models.TextField(blank=True, max_length=2000, verbose_name="绩效自评"),
                        ),
                        (
                            "score",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="自评得分"),
                        ),
                        (
                            "evaluated_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="自评时间"
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
                            "duty",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="outreach.duty",
                                verbose_name="法定职责",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "经费预算",
                        "verbose_name_plural": "经费预算",
                    },
                ),
                migrations.CreateModel(
                    name="DutyReport",
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
                        ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                        ("due_on", models.DateField(verbose_name="填报期限")),
                        ("summary", models.TextField(blank=True, max_length=2000, verbose_name="总体情况")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "填报中"),
                                    ("submitted", "待审核"),
                                    ("returned", "退回修改"),
                                    ("accepted", "已通过"),
                                ],
                                default="draft",
                                editable=False,
                                max_length=10,
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
                        "verbose_name": "履职自评",
                        "verbose_name_plural": "履职自评",
                    },
                ),
                migrations.CreateModel(
                    name="DutyAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", models.TextField(blank=True, max_length=1000, verbose_name="履职情况")),
                        (
                            "duty",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="outreach.duty",
                                verbose_name="法定职责",
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="佐证",
                            ),
                        ),
                        (
                            "report",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="outreach.dutyreport",
                                verbose_name="履职自评",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "职责履行情况",
                        "verbose_name_plural": "职责履行情况",
                        "ordering": ["duty__position", "pk"],
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
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="evidence",
                                to="portal.organization",
                                verbose_name="单位",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "佐证数据",
                        "verbose_name_plural": "佐证数据",
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
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        (
                            "asked_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="提出时间"),
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
                    ],
                    options={
                        "verbose_name": "待取数据",
                        "verbose_name_plural": "待取数据",
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
                        ("times", models.PositiveSmallIntegerField(verbose_name="次数")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="依据")),
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
                    ],
                    options={
                        "verbose_name": "加减分",
                        "verbose_name_plural": "加减分",
                    },
                ),
                migrations.CreateModel(
                    name="FundEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "key",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="提交标识"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("appropriation", "下达"), ("payment", "支付")],
                                max_length=15,
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "amount_yuan",
                            models.DecimalField(decimal_places=2, max_digits=14, verbose_name="金额（元）"),
                        ),
                        ("entered_on", models.DateField(verbose_name="日期")),
                        ("payee", models.CharField(blank=True, max_length=120, verbose_name="收款方")),
                        ("purpose", models.CharField(max_length=200, verbose_name="用途")),
                        ("voucher", models.CharField(blank=True, max_length=60, verbose_name="文号或凭证号")),
                        (
                            "cancelled_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="冲销时间"
                            ),
                        ),
                        (
                            "cancel_reason",
                            models.CharField(
                                blank=True, editable=False, max_length=200, verbose_name="冲销原因"
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="outreach.budgetline",
                                verbose_name="经费预算",
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="凭证",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "经费收支",
                        "verbose_name_plural": "经费收支",
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
                            "assessment",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="award",
                                to="outreach.assessment",
                                verbose_name="年度考核",
                            ),
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
                    },
                ),
                migrations.CreateModel(
                    name="FundTarget",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="绩效指标")),
                        ("unit", models.CharField(max_length=20, verbose_name="单位")),
                        (
                            "wanted",
                            models.DecimalField(decimal_places=2, max_digits=14, verbose_name="目标值"),
                        ),
                        (
                            "reached",
                            models.DecimalField(
                                blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="完成值"
                            ),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="targets",
                                to="outreach.budgetline",
                                verbose_name="经费预算",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "绩效目标",
                        "verbose_name_plural": "绩效目标",
                        "ordering": ["pk"],
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
                        ("is_met", models.BooleanField(verbose_name="符合")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
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
                    ],
                    options={
                        "verbose_name": "形式审查",
                        "verbose_name_plural": "形式审查",
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
                        (
                            "topic",
                            models.CharField(
                                choices=[
                                    ("titles", "认定与考核"),
                                    ("returns", "统计填报"),
                                    ("census", "资源普查"),
                                    ("events", "活动与预约"),
                                    ("credits", "科普学分"),
                                    ("other", "其他"),
                                ],
                                default="other",
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        ("subject", models.CharField(max_length=120, verbose_name="问题")),
                        ("text", models.TextField(blank=True, max_length=2000, verbose_name="详细说明")),
                        ("answer", models.TextField(blank=True, max_length=4000, verbose_name="答复")),
                        (
                            "answered_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="答复时间"
                            ),
                        ),
                        ("is_guidance", models.BooleanField(default=False, verbose_name="公开为办事指南")),
                        (
                            "guidance_title",
                            models.CharField(blank=True, max_length=120, verbose_name="指南标题"),
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
                        "verbose_name": "咨询",
                        "verbose_name_plural": "咨询",
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
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
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
                            "inspectors",
                            models.ManyToManyField(
                                related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="检查人员"
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
                        "verbose_name": "监督检查",
                        "verbose_name_plural": "监督检查",
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
                        ("item", models.CharField(max_length=30, verbose_name="检查项")),
                        ("text", models.CharField(max_length=300, verbose_name="问题")),
                        ("rectify_until", models.DateField(verbose_name="整改期限")),
                        ("mending", models.CharField(blank=True, max_length=500, verbose_name="整改情况")),
                        ("mended_at", models.DateTimeField(blank=True, null=True, verbose_name="整改时间")),
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
                        (
                            "inspection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="findings",
                                to="outreach.inspection",
                                verbose_name="监督检查",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "检查发现",
                        "verbose_name_plural": "检查发现",
                        "ordering": ["pk"],
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
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
                            ),
                        ),
                        ("title", models.CharField(max_length=80, verbose_name="计划名称")),
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
                        (
                            "seed",
                            models.CharField(blank=True, editable=False, max_length=40, verbose_name="种子"),
                        ),
                        (
                            "unit_pool",
                            models.JSONField(default=list, editable=False, verbose_name="候选单位"),
                        ),
                        (
                            "inspector_pool",
                            models.JSONField(default=list, editable=False, verbose_name="候选检查人员"),
                        ),
                        (
                            "drawn_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="抽取时间"),
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
                        "verbose_name": "检查计划",
                        "verbose_name_plural": "检查计划",
                    },
                ),
                migrations.AddField(
                    model_name="inspection",
                    name="plan",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections",
                        to="outreach.inspectionplan",
                        verbose_name="检查计划",
                    ),
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
                        ("code", models.CharField(max_length=10, verbose_name="编号")),
                        ("name", models.CharField(max_length=120, verbose_name="任务")),
                        (
                            "progress",
                            models.CharField(
                                choices=[
                                    ("not_begun", "未启动"),
                                    ("under_way", "推进中"),
                                    ("done", "已完成"),
                                ],
                                default="under_way",
                                max_length=12,
                                verbose_name="进展",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=500, verbose_name="进展说明")),
                        (
                            "starts_on",
                            models.DateField(
                                blank=True,
                                help_text="不填为规划起始日期。",
                                null=True,
                                verbose_name="开始日期",
                            ),
                        ),
                        (
                            "due_on",
                            models.DateField(
                                blank=True,
                                help_text="不填为规划终止日期。",
                                null=True,
                                verbose_name="完成期限",
                            ),
                        ),
                        (
                            "weight",
                            models.PositiveSmallIntegerField(
                                default=1, help_text="汇总本章节进度时的分量。", verbose_name="权重"
                            ),
                        ),
                        (
                            "source_line",
                            models.PositiveSmallIntegerField(
                                blank=True, editable=False, null=True, verbose_name="原文行号"
                            ),
                        ),
                        (
                            "source_text",
                            models.CharField(blank=True, editable=False, max_length=200, verbose_name="原文"),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="牵头单位",
                            ),
                        ),
                        (
                            "partners",
                            models.ManyToManyField(
                                blank=True,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="责任单位",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "规划任务",
                        "verbose_name_plural": "规划任务",
                    },
                ),
                migrations.CreateModel(
                    name="MajorProject",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="代码")),
                        ("name", models.CharField(max_length=120, verbose_name="项目名称")),
                        ("summary", models.CharField(max_length=500, verbose_name="项目简介")),
                        (
                            "body",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="承担单位",
                            ),
                        ),
                        (
                            "measure",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="major_projects",
                                to="outreach.measure",
                                verbose_name="规划任务",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "重大项目",
                        "verbose_name_plural": "重大项目",
                    },
                ),
                migrations.CreateModel(
                    name="Member",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                        ("former_names", models.CharField(blank=True, max_length=200, verbose_name="曾用名")),
                        ("left_on", models.DateField(blank=True, null=True, verbose_name="退出日期")),
                        (
                            "organization",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="成员单位",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "联席会议成员单位",
                        "verbose_name_plural": "联席会议成员单位",
                        "ordering": ["position", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Meeting",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="提交标识"
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="会议名称")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("plenary", "全体会议"),
                                    ("liaisons", "联络员会议"),
                                    ("special", "专题会议"),
                                ],
                                max_length=10,
                                verbose_name="会议类别",
                            ),
                        ),
                        ("held_on", models.DateField(verbose_name="会议日期")),
                        ("place", models.CharField(blank=True, max_length=120, verbose_name="会议地点")),
                        ("agenda", models.TextField(blank=True, max_length=2000, verbose_name="议程")),
                        ("minutes", models.TextField(blank=True, max_length=10000, verbose_name="会议纪要")),
                        (
                            "status",
                            models.CharField(
                                choices=[("planned", "待召开"), ("running", "落实中"), ("closed", "已办结")],
                                default="planned",
                                editable=False,
                                max_length=10,
                                verbose_name="状态",
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
                            "minutes_file",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="纪要文件",
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
                            "attendees",
                            models.ManyToManyField(
                                blank=True,
                                related_name="meetings",
                                to="outreach.member",
                                verbose_name="参会单位",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "联席会议",
                        "verbose_name_plural": "联席会议",
                    },
                ),
                migrations.CreateModel(
                    name="MemberPost",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("leader", "分管领导"),
                                    ("division", "牵头处室"),
                                    ("liaison", "联络员"),
                                ],
                                max_length=10,
                                verbose_name="岗位",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="姓名（处室填名称）")),
                        ("post", models.CharField(blank=True, max_length=60, verbose_name="职务")),
                        ("phone", models.CharField(blank=True, max_length=30, verbose_name="联系电话")),
                        ("since", models.DateField(verbose_name="起始日期")),
                        ("until", models.DateField(blank=True, null=True, verbose_name="终止日期")),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="posts",
                                to="outreach.member",
                                verbose_name="成员单位",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "成员单位岗位",
                        "verbose_name_plural": "成员单位岗位",
                        "ordering": ["-since", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Milestone",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="节点")),
                        ("due_on", models.DateField(verbose_name="计划日期")),
                        ("reached_on", models.DateField(blank=True, null=True, verbose_name="完成日期")),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="说明与来源")),
                        (
                            "project",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="milestones",
                                to="outreach.majorproject",
                                verbose_name="重大项目",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "项目节点",
                        "verbose_name_plural": "项目节点",
                        "ordering": ["due_on", "pk"],
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
                        (
                            "ground_key",
                            models.CharField(editable=False, max_length=80, verbose_name="理由标识"),
                        ),
                        ("text", models.TextField(max_length=2000, verbose_name="事实与理由")),
                        ("name", models.CharField(max_length=60, verbose_name="姓名或单位")),
                        ("phone", models.CharField(max_length=30, verbose_name="联系电话")),
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
                            models.TextField(
                                blank=True, editable=False, max_length=2000, verbose_name="处理决定"
                            ),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="决定时间"),
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
                        (
                            "proof",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="证明材料",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "异议",
                        "verbose_name_plural": "异议",
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
                        ("seed", models.CharField(max_length=40, verbose_name="种子")),
                        (
                            "pool",
                            models.JSONField(
                                help_text="按次序：[评委编号, 已有件数]", verbose_name="候选评委"
                            ),
                        ),
                        ("wanted", models.PositiveSmallIntegerField(verbose_name="抽取人数")),
                        ("drawn", models.JSONField(verbose_name="抽中评委")),
                        (
                            "at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="抽取时间"),
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
                    name="PanelMember",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="panel_member",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="账号",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "评委",
                        "verbose_name_plural": "评委",
                    },
                ),
                migrations.AddField(
                    model_name="assessment",
                    name="checked_by",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="outreach.panelmember",
                        verbose_name="核查专家",
                    ),
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
                        (
                            "is_draft",
                            models.BooleanField(
                                default=False,
                                editable=False,
                                help_text="草案只在工作台可见，可以修改章节、任务和目标。",
                                verbose_name="草案",
                            ),
                        ),
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
                    name="Gap",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=10, verbose_name="编号")),
                        ("name", models.CharField(max_length=120, verbose_name="差距")),
                        (
                            "source_line",
                            models.PositiveSmallIntegerField(
                                blank=True, editable=False, null=True, verbose_name="原文行号"
                            ),
                        ),
                        (
                            "source_text",
                            models.CharField(blank=True, editable=False, max_length=200, verbose_name="原文"),
                        ),
                        (
                            "measures",
                            models.ManyToManyField(
                                blank=True,
                                related_name="gaps",
                                to="outreach.measure",
                                verbose_name="对应任务",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="gaps",
                                to="outreach.plan",
                                verbose_name="规划",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "差距清单",
                        "verbose_name_plural": "差距清单",
                        "ordering": ["pk"],
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
                        ("code", models.CharField(max_length=10, verbose_name="编号")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("audience", "重点人群行动"),
                                    ("project", "重点工程"),
                                    ("safeguard", "保障措施"),
                                ],
                                default="project",
                                max_length=12,
                                verbose_name="类别",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="章节名称")),
                        ("summary", models.CharField(blank=True, max_length=300, verbose_name="内容提要")),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="projects",
                                to="outreach.plan",
                                verbose_name="规划",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "规划章节",
                        "verbose_name_plural": "规划章节",
                    },
                ),
                migrations.AddField(
                    model_name="measure",
                    name="project",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="measures",
                        to="outreach.project",
                        verbose_name="规划章节",
                    ),
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
                        ("reason", models.CharField(max_length=300, verbose_name="回避原因")),
                        (
                            "declared_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="声明时间"),
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
                    ],
                    options={
                        "verbose_name": "回避",
                        "verbose_name_plural": "回避",
                    },
                ),
                migrations.CreateModel(
                    name="ResearchSpending",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(unique=True, verbose_name="年份")),
                        (
                            "amount_yuan",
                            models.DecimalField(
                                decimal_places=2, max_digits=18, verbose_name="研发经费（元）"
                            ),
                        ),
                        ("source", models.CharField(max_length=200, verbose_name="来源")),
                    ],
                    options={
                        "verbose_name": "研发经费",
                        "verbose_name_plural": "研发经费",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("amount_yuan__gt", 0), ("year__gte", 2000), ("year__lte", 2100)
                                ),
                                name="research_spending_is_something",
                                violation_error_message="年份为 2000 至 2100，金额必须大于 0 元。",
                            )
                        ],
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
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
                        ),
                        (
                            "assigned_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="分派时间"
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="提交时间"),
                        ),
                        (
                            "reminded_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="催办时间"),
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
                    ],
                    options={
                        "verbose_name": "评审",
                        "verbose_name_plural": "评审",
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
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
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
                        (
                            "announced_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="发布时间"),
                        ),
                        (
                            "closed_at",
                            models.DateTimeField(editable=False, null=True, verbose_name="结束时间"),
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
                        "verbose_name": "认定批次",
                        "verbose_name_plural": "认定批次",
                    },
                ),
                migrations.AddField(
                    model_name="application",
                    name="round",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="applications",
                        to="outreach.round",
                        verbose_name="批次",
                    ),
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
                        (
                            "notice_days",
                            models.PositiveSmallIntegerField(default=5, verbose_name="公示期（工作日）"),
                        ),
                        (
                            "answer_days",
                            models.PositiveSmallIntegerField(
                                default=15, verbose_name="异议答复期限（工作日）"
                            ),
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
                migrations.AddField(
                    model_name="round",
                    name="scheme",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="outreach.scheme",
                        verbose_name="认定方案",
                    ),
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
                        ("points", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="分值")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="理由")),
                        (
                            "criterion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="outreach.criterion",
                                verbose_name="评分项",
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
                    ],
                    options={
                        "verbose_name": "评分",
                        "verbose_name_plural": "评分",
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
                            models.DecimalField(
                                decimal_places=2, default=0, max_digits=5, verbose_name="加分上限"
                            ),
                        ),
                        ("assessment", models.JSONField(default=dict, verbose_name="年度考核表")),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
                        (
                            "scheme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="forms",
                                to="outreach.scheme",
                                verbose_name="认定方案",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "评分表",
                        "verbose_name_plural": "评分表",
                    },
                ),
                migrations.AddField(
                    model_name="round",
                    name="form",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="outreach.scoreform",
                        verbose_name="评分表",
                    ),
                ),
                migrations.AddField(
                    model_name="gate",
                    name="form",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gates",
                        to="outreach.scoreform",
                        verbose_name="评分表",
                    ),
                ),
                migrations.AddField(
                    model_name="extrarule",
                    name="form",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="extras",
                        to="outreach.scoreform",
                        verbose_name="评分表",
                    ),
                ),
                migrations.AddField(
                    model_name="criterion",
                    name="form",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="criteria",
                        to="outreach.scoreform",
                        verbose_name="评分表",
                    ),
                ),
                migrations.AddField(
                    model_name="assessment",
                    name="form",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outreach.scoreform",
                        verbose_name="评分表",
                    ),
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
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
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
                        (
                            "checklist",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="outreach.checklist",
                                verbose_name="检查表",
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
                        "verbose_name": "年度自查",
                        "verbose_name_plural": "年度自查",
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
                        ("visited_on", models.DateField(blank=True, null=True, verbose_name="核查日期")),
                        (
                            "answers",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                help_text="项目 → [结果, 说明]",
                                verbose_name="核查结果",
                            ),
                        ),
                        (
                            "measured_area",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="实测展教面积（平方米）"
                            ),
                        ),
                        ("summary", models.TextField(blank=True, max_length=2000, verbose_name="核查意见")),
                        (
                            "is_done",
                            models.BooleanField(default=False, editable=False, verbose_name="已完成"),
                        ),
                        (
                            "revision",
                            models.PositiveIntegerField(default=1, editable=False, verbose_name="修订号"),
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
                        ("code", models.CharField(max_length=30, verbose_name="代码")),
                        ("name", models.CharField(max_length=120, verbose_name="目标")),
                        ("unit", models.CharField(max_length=20, verbose_name="单位")),
                        ("baseline_year", models.PositiveSmallIntegerField(verbose_name="基期年份")),
                        (
                            "baseline",
                            models.DecimalField(decimal_places=2, max_digits=14, verbose_name="基期值"),
                        ),
                        ("target_year", models.PositiveSmallIntegerField(verbose_name="目标年份")),
                        (
                            "target",
                            models.DecimalField(decimal_places=2, max_digits=14, verbose_name="目标值"),
                        ),
                        ("source", models.CharField(max_length=200, verbose_name="来源")),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="targets",
                                to="outreach.plan",
                                verbose_name="规划",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "规划目标",
                        "verbose_name_plural": "规划目标",
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
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        (
                            "value",
                            models.DecimalField(decimal_places=2, max_digits=14, verbose_name="实际值"),
                        ),
                        ("source", models.CharField(max_length=200, verbose_name="来源")),
                        (
                            "target",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="actuals",
                                to="outreach.target",
                                verbose_name="规划目标",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "目标完成值",
                        "verbose_name_plural": "目标完成值",
                    },
                ),
                migrations.CreateModel(
                    name="TargetPath",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        (
                            "value",
                            models.DecimalField(decimal_places=2, max_digits=14, verbose_name="年度目标值"),
                        ),
                        (
                            "target",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="path",
                                to="outreach.target",
                                verbose_name="规划目标",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "年度目标",
                        "verbose_name_plural": "年度目标",
                    },
                ),
                migrations.CreateModel(
                    name="Task",
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
                            models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="提交标识"),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="任务")),
                        ("text", models.TextField(blank=True, max_length=2000, verbose_name="要求")),
                        ("due_on", models.DateField(verbose_name="完成期限")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("running", "办理中"),
                                    ("submitted", "待审核"),
                                    ("done", "已完成"),
                                    ("cancelled", "已取消"),
                                ],
                                default="running",
                                editable=False,
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("reply", models.TextField(blank=True, max_length=2000, verbose_name="办理情况")),
                        (
                            "reported_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="上报时间"
                            ),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="审核时间"
                            ),
                        ),
                        (
                            "climbed",
                            models.PositiveSmallIntegerField(
                                default=0, editable=False, verbose_name="已上报催办级数"
                            ),
                        ),
                        (
                            "reminded_on",
                            models.DateField(blank=True, editable=False, null=True, verbose_name="提醒日期"),
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
                            "measure",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tasks",
                                to="outreach.measure",
                                verbose_name="规划任务",
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tasks",
                                to="outreach.meeting",
                                verbose_name="来自会议",
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
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="outreach.task",
                                verbose_name="上级任务",
                            ),
                        ),
                        (
                            "proof",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="办理证明",
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
                            "reported_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="上报人",
                            ),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="下达区域",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "工作任务",
                        "verbose_name_plural": "工作任务",
                    },
                ),
                migrations.CreateModel(
                    name="Term",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "code",
                            models.SlugField(
                                help_text="小写字母、数字和下划线，用作网址。",
                                max_length=40,
                                unique=True,
                                verbose_name="代码",
                            ),
                        ),
                        ("term", models.CharField(max_length=60, unique=True, verbose_name="术语")),
                        ("definition", models.TextField(max_length=2000, verbose_name="释义")),
                        ("source", models.CharField(max_length=200, verbose_name="出处")),
                        (
                            "anchor",
                            models.CharField(blank=True, max_length=40, verbose_name="所据条款的锚点"),
                        ),
                        (
                            "pinyin",
                            models.CharField(blank=True, editable=False, max_length=200, verbose_name="拼音"),
                        ),
                        (
                            "document",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terms",
                                to="outreach.document",
                                verbose_name="所据文件",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "术语",
                        "verbose_name_plural": "术语",
                        "ordering": ["pinyin", "pk"],
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
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="创建时间"
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
                        (
                            "withdrawal_reason",
                            models.CharField(blank=True, max_length=300, verbose_name="撤销原因"),
                        ),
                        (
                            "exhibition_area",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="展厅面积（平方米）"
                            ),
                        ),
                        (
                            "open_days",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="年开放天数"
                            ),
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
                            "kind",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="titles",
                                to="outreach.titlekind",
                                verbose_name="称号",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "科普称号",
                        "verbose_name_plural": "科普称号",
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
                        (
                            "title",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="claw_backs",
                                to="outreach.title",
                                verbose_name="称号",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "资金追回",
                        "verbose_name_plural": "资金追回",
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
                        ("starts_on", models.DateField(verbose_name="起始日期")),
                        ("ends_on", models.DateField(help_text="含当日", verbose_name="终止日期")),
                        ("reason", models.CharField(max_length=300, verbose_name="原因")),
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
                    ],
                    options={
                        "verbose_name": "禁止申报",
                        "verbose_name_plural": "禁止申报",
                    },
                ),
                migrations.AddField(
                    model_name="assessment",
                    name="title",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="outreach.title",
                        verbose_name="称号",
                    ),
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
                        ("days", models.SmallIntegerField(verbose_name="提前天数")),
                        (
                            "sent_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="提醒时间"),
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
                    ],
                    options={
                        "verbose_name": "到期提醒",
                        "verbose_name_plural": "到期提醒",
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
                        ("on", models.DateField(verbose_name="变更日期")),
                        ("reason", models.CharField(max_length=300, verbose_name="变更原因")),
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
                        (
                            "title",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transfers",
                                to="outreach.title",
                                verbose_name="称号",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "称号变更",
                        "verbose_name_plural": "称号变更",
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
                        ("shows_name", models.BooleanField(default=True, verbose_name="可见单位名称")),
                        (
                            "attachment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="照片",
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
                    ],
                    options={
                        "verbose_name": "核查照片",
                        "verbose_name_plural": "核查照片",
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
                        ("proves", models.CharField(max_length=20, verbose_name="证明事项")),
                        ("is_blind", models.BooleanField(default=False, verbose_name="匿名件")),
                        ("is_checked_blind", models.BooleanField(default=False, verbose_name="匿名已核对")),
                        (
                            "application",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="files",
                                to="outreach.application",
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
                        "verbose_name": "申报材料",
                        "verbose_name_plural": "申报材料",
                        "ordering": ["proves", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("application", "attachment"), name="application_file_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("is_checked_blind", False), ("is_blind", True), _connector="OR"
                                ),
                                name="application_file_checked_only_if_blind",
                                violation_error_message="只有匿名件需要核对。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Comment",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="提交标识"
                            ),
                        ),
                        ("article", models.CharField(blank=True, max_length=60, verbose_name="条款")),
                        ("text", models.TextField(max_length=1000, verbose_name="意见")),
                        (
                            "created_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now, editable=False, verbose_name="提出时间"
                            ),
                        ),
                        (
                            "verdict",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("adopted", "采纳"),
                                    ("partly", "部分采纳"),
                                    ("explained", "解释说明"),
                                    ("declined", "不采纳"),
                                ],
                                max_length=10,
                                verbose_name="处理结果",
                            ),
                        ),
                        ("answer", models.TextField(blank=True, max_length=1000, verbose_name="答复")),
                        (
                            "answered_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="答复时间"
                            ),
                        ),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="答复人",
                            ),
                        ),
                        (
                            "author",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="提出人",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="comments",
                                to="outreach.commentround",
                                verbose_name="征求意见",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "公众意见",
                        "verbose_name_plural": "公众意见",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answered_at", None), ("verdict", "")),
                                    models.Q(
                                        ("answered_at__isnull", False),
                                        ("answered_by__isnull", False),
                                        models.Q(("answer", ""), _negated=True),
                                        models.Q(("verdict", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="comment_answered_with_words",
                                violation_error_message="答复须写明处理结果和理由。",
                            )
                        ],
                    },
                ),
                migrations.AddConstraint(
                    model_name="document",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[a-z0-9][a-z0-9_-]{1,39}$"),
                            models.Q(("code__in", ("glossary", "comments")), _negated=True),
                        ),
                        name="document_code_is_an_address",
                        violation_error_message="代码须为 2 至 40 个小写字母、数字或下划线。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="documentversion",
                    constraint=models.UniqueConstraint(
                        fields=("document", "number"),
                        name="document_version_once",
                        violation_error_message="该版次已存在。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="documentversion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "approved"), _negated=True),
                            models.Q(
                                ("approved_at__isnull", False),
                                models.Q(
                                    ("in_force_from__isnull", False),
                                    models.Q(("dates_note", ""), _negated=True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="document_version_approved_with_its_day",
                        violation_error_message="发布须有施行日期；日期不明的，请写日期说明。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="documentversion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_from", None),
                            ("out_of_force_on", None),
                            ("out_of_force_on__gt", models.F("in_force_from")),
                            _connector="OR",
                        ),
                        name="document_version_ends_after_it_begins",
                        violation_error_message="失效日期必须晚于施行日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="documentversion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("replaced_by", None), ("out_of_force_on__isnull", False), _connector="OR"
                        ),
                        name="document_version_replaced_on_a_day",
                        violation_error_message="被代替的版本须有失效日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="documentversion",
                    constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("in_force_from__isnull", False), ("status", "approved")),
                        expressions=[
                            (
                                models.Func(
                                    models.F("document"),
                                    models.F("document"),
                                    models.Value("[]"),
                                    function="int8range",
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    models.F("in_force_from"),
                                    models.F("out_of_force_on"),
                                    function="daterange",
                                ),
                                "&&",
                            ),
                        ],
                        name="document_version_alone_in_force",
                        violation_error_message="同一文件在同一天只能有一个版本施行。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="commentround",
                    constraint=models.UniqueConstraint(
                        fields=("version", "number"), name="comment_round_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="commentround",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("version",),
                        name="comment_round_alone_open",
                        violation_error_message="该版本正在征求意见。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="commentround",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("closes_on__gte", models.F("opens_on"))),
                        name="comment_round_ends_after_it_begins",
                        violation_error_message="截止日期不能早于开始日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="commentround",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("closed_at", None), ("open_count", 0), _connector="OR"),
                        name="comment_round_closed_with_all_answered",
                        violation_error_message="还有意见没有答复，不能结束征求意见。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="article",
                    constraint=models.UniqueConstraint(
                        fields=("version", "anchor"), name="article_anchor_once_per_version"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="article",
                    constraint=models.UniqueConstraint(
                        fields=("version", "position"), name="article_place_once_per_version"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="article",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text", ""), _negated=True),
                            models.Q(("gist", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="article_says_something",
                        violation_error_message="条款须有条文或要点。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="article",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("gist", ""), models.Q(("source", ""), _negated=True), _connector="OR"
                        ),
                        name="article_gist_with_its_source",
                        violation_error_message="要点须写明出处。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount_yuan__gt", 0)),
                        name="donation_has_an_amount",
                        violation_error_message="金额必须大于 0 元。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("used_yuan__gte", 0), ("used_yuan__lte", models.F("amount_yuan"))
                        ),
                        name="nothing_is_used_beyond_what_was_given",
                        violation_error_message="使用金额不能超过捐赠金额。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="donationuse",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount_yuan__gt", 0)),
                        name="donation_use_has_an_amount",
                        violation_error_message="金额必须大于 0 元。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="budgetline",
                    constraint=models.UniqueConstraint(
                        fields=("year", "organization", "duty", "name"),
                        name="budget_line_once_per_year_body_and_duty",
                        violation_error_message="该单位本年度在此职责下已有同名预算项目。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="budgetline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("organization__isnull", False), ("year__gte", 2015), ("year__lte", 2100)
                        ),
                        name="budget_line_of_a_body",
                        violation_error_message="预算必须属于一家单位，年度为 2015 至 2100。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="budgetline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount_yuan__gt", 0)),
                        name="budget_line_has_an_amount",
                        violation_error_message="预算必须大于 0 元。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="budgetline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("appropriated_yuan__gte", 0), ("appropriated_yuan__lte", models.F("amount_yuan"))
                        ),
                        name="nothing_is_appropriated_beyond_its_line",
                        violation_error_message="下达金额不能超过预算。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="budgetline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("paid_yuan__gte", 0), ("paid_yuan__lte", models.F("appropriated_yuan"))
                        ),
                        name="nothing_is_spent_beyond_its_line",
                        violation_error_message="支付金额不能超过已下达的金额。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="budgetline",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("evaluated_at", None),
                            models.Q(
                                models.Q(("evaluation", ""), _negated=True),
                                ("score__gte", 0),
                                ("score__lte", 100),
                            ),
                            _connector="OR",
                        ),
                        name="budget_line_evaluated_with_words_and_score",
                        violation_error_message="自评须写明情况，得分为 0 至 100。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="dutyreport",
                    constraint=models.UniqueConstraint(
                        fields=("organization", "year"),
                        name="duty_report_once_per_body_and_year",
                        violation_error_message="该单位本年度已有履职自评。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="dutyreport",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="duty_report_of_a_body",
                        violation_error_message="履职自评必须属于一家单位。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="dutyreport",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"),
                            models.Q(
                                models.Q(("summary", ""), _negated=True), ("submitted_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="duty_report_submitted_with_words",
                        violation_error_message="请填写总体情况。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="dutyanswer",
                    constraint=models.UniqueConstraint(
                        fields=("report", "duty"), name="duty_answer_once_per_report"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="evidence",
                    constraint=models.UniqueConstraint(
                        fields=("organization", "item", "year"),
                        name="evidence_once_per_organization_item_and_year",
                        violation_error_message="该单位该年度已有此项数据。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="evidence",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("value__gte", 0)),
                        name="evidence_is_not_negative",
                        violation_error_message="数值不能为负。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="evidence",
                    constraint=models.CheckConstraint(
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
                ),
                migrations.AddConstraint(
                    model_name="evidencewanted",
                    constraint=models.UniqueConstraint(
                        fields=("organization", "year"), name="evidence_wanted_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="extrafinding",
                    constraint=models.UniqueConstraint(
                        fields=("application", "rule"), name="extra_finding_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="extrafinding",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("times", 0), models.Q(("note", ""), _negated=True), _connector="OR"
                        ),
                        name="extra_found_on_proof",
                        violation_error_message="加减分须写明依据。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="fundentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount_yuan__gt", 0)),
                        name="fund_entry_has_an_amount",
                        violation_error_message="金额必须大于 0 元。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="fundentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancel_reason", ""), ("cancelled_at", None)),
                            models.Q(
                                models.Q(("cancel_reason", ""), _negated=True),
                                ("cancelled_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="fund_entry_cancelled_with_a_reason",
                        violation_error_message="冲销须写明原因。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="fundentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "appropriation"), models.Q(("payee", ""), _negated=True), _connector="OR"
                        ),
                        name="payment_goes_to_somebody",
                        violation_error_message="支付须写明收款方。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="fundingaward",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount_yuan__gt", 0)),
                        name="funding_award_is_money",
                        violation_error_message="资助金额必须大于 0。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="fundtarget",
                    constraint=models.UniqueConstraint(
                        fields=("line", "name"),
                        name="fund_target_once_per_line",
                        violation_error_message="该预算已有同名绩效指标。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="fundtarget",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("wanted__gt", 0)),
                        name="fund_target_wants_something",
                        violation_error_message="目标值必须大于 0。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="gatefinding",
                    constraint=models.UniqueConstraint(
                        fields=("application", "gate"), name="gate_finding_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="gatefinding",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("is_met", True), models.Q(("note", ""), _negated=True), _connector="OR"
                        ),
                        name="gate_missed_with_a_reason",
                        violation_error_message="不符合的条件须写明原因。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="helpquestion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at", None), models.Q(("answer", ""), _negated=True), _connector="OR"
                        ),
                        name="question_answered_with_words",
                        violation_error_message="请填写答复。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="helpquestion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("is_guidance", False),
                            models.Q(
                                ("answered_at__isnull", False),
                                models.Q(("guidance_title", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="guidance_is_an_answer",
                        violation_error_message="只有已答复、写明指南标题的咨询可以公开。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="finding",
                    constraint=models.UniqueConstraint(
                        fields=("inspection", "item"), name="finding_once_per_item"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="finding",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("mended_at", None),
                            models.Q(models.Q(("mending", ""), _negated=True), ("proof__isnull", False)),
                            _connector="OR",
                        ),
                        name="finding_mended_with_words_and_proof",
                        violation_error_message="整改须写明情况并附证明。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="inspectionplan",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("inspectors_each__gte", 2), ("units_wanted__gte", 1), ("units_wanted__lte", 200)
                        ),
                        name="plan_of_inspection_draws_somebody",
                        violation_error_message="抽查 1 至 200 家单位，每家至少 2 名检查人员。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="inspectionplan",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"),
                            models.Q(models.Q(("seed", ""), _negated=True), ("drawn_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="plan_of_inspection_drawn_with_a_seed",
                        violation_error_message="检查计划须先抽取。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="inspection",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "organization"),
                        name="inspection_once_per_plan_and_unit",
                        violation_error_message="该单位在本计划中已列入。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="inspection",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status", "planned"), ("inspected_on__isnull", False), _connector="OR"
                        ),
                        name="inspection_done_on_a_day",
                        violation_error_message="已完成的检查须有日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="meeting",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status", "planned"), models.Q(("minutes", ""), _negated=True), _connector="OR"
                        ),
                        name="meeting_held_with_minutes",
                        violation_error_message="召开后的会议须有纪要。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="memberpost",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("until", None)),
                        fields=("member", "role"),
                        name="member_has_one_of_each_post",
                        violation_error_message="该岗位已有在任人员。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="memberpost",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("until", None), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="member_post_ends_after_it_starts",
                        violation_error_message="终止日期不能早于起始日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="milestone",
                    constraint=models.UniqueConstraint(
                        fields=("project", "name"),
                        name="milestone_once_per_project",
                        violation_error_message="本项目已有同名节点。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="milestone",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("reached_on", None), models.Q(("note", ""), _negated=True), _connector="OR"
                        ),
                        name="milestone_reached_with_words",
                        violation_error_message="已完成的节点须写明说明或来源。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="objection",
                    constraint=models.UniqueConstraint(
                        fields=("application", "ground_key"),
                        name="objection_once_per_case_and_ground",
                        violation_error_message="同一理由的异议已经受理。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="objection",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status", "submitted"),
                            models.Q(models.Q(("answer", ""), _negated=True), ("decided_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="objection_decided_with_an_answer",
                        violation_error_message="处理异议须写明决定。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="panelmember",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("categories__len__gte", 1)),
                        name="panel_member_knows_a_category",
                        violation_error_message="请至少选一个评审类别。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="gap",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "code"),
                        name="gap_once_per_plan",
                        violation_error_message="本规划已有该编号的差距。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="project",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "code"),
                        name="project_once_per_plan",
                        violation_error_message="本规划已有该编号的章节。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="measure",
                    constraint=models.UniqueConstraint(
                        fields=("project", "code"),
                        name="measure_once_per_project",
                        violation_error_message="本章节已有该编号的任务。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="measure",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None),
                            ("due_on", None),
                            ("due_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="measure_due_after_it_starts",
                        violation_error_message="完成期限不能早于开始日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="measure",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("weight__gte", 1), ("weight__lte", 100)),
                        name="measure_weighs_something",
                        violation_error_message="权重为 1 至 100。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="recusal",
                    constraint=models.UniqueConstraint(
                        fields=("member", "organization"), name="recusal_once_per_member_and_organization"
                    ),
                ),
                migrations.AddIndex(
                    model_name="review",
                    index=models.Index(fields=["member", "status"], name="review_by_member"),
                ),
                migrations.AddConstraint(
                    model_name="review",
                    constraint=models.UniqueConstraint(
                        fields=("application", "member", "turn"), name="review_once_per_member_and_turn"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="review",
                    constraint=models.UniqueConstraint(
                        fields=("application", "letter", "turn"), name="review_letter_once_per_turn"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="review",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "submitted"), _negated=True),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="review_submitted_with_a_time",
                        violation_error_message="已提交的评分必须有提交时间。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="application",
                    index=models.Index(fields=["round", "status"], name="application_by_round"),
                ),
                migrations.AddConstraint(
                    model_name="application",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="application_of_an_organization",
                        violation_error_message="申报必须属于一家单位。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="application",
                    constraint=models.UniqueConstraint(
                        fields=("round", "organization"),
                        name="application_once_per_round_and_organization",
                        violation_error_message="本单位在本批次已有申报，请在原申报上修改。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="application",
                    constraint=models.UniqueConstraint(
                        fields=("round", "region", "district_rank"),
                        name="application_rank_once_per_district",
                        violation_error_message="该排序已给了另一家单位，请换一个。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="application",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["draft", "withdrawn"]),
                            ("submitted_at__isnull", False),
                            _connector="OR",
                        ),
                        name="application_handed_in_has_a_time",
                        violation_error_message="已提交的申报必须有提交时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="application",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["granted", "refused"]), _negated=True),
                            ("decided_at__isnull", False),
                            _connector="OR",
                        ),
                        name="application_decided_with_a_time",
                        violation_error_message="已决定的申报必须有决定时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="application",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("exhibition_area", None),
                            ("building_area", None),
                            ("exhibition_area__lte", models.F("building_area")),
                            _connector="OR",
                        ),
                        name="application_exhibition_within_building",
                        violation_error_message="展教面积不能大于建筑面积。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="application",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("weekend_days", None),
                            ("open_days", None),
                            ("weekend_days__lte", models.F("open_days")),
                            _connector="OR",
                        ),
                        name="application_weekends_within_open_days",
                        violation_error_message="周末与节假日开放天数不能多于年开放天数。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="score",
                    constraint=models.UniqueConstraint(
                        fields=("review", "criterion"), name="score_once_per_review_and_criterion"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="scoreform",
                    constraint=models.UniqueConstraint(
                        fields=("scheme", "version"), name="score_form_version_once_per_scheme"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="round",
                    constraint=models.UniqueConstraint(
                        fields=("title",),
                        name="round_title_once",
                        violation_error_message="已有同名批次，请换一个标题。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="round",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("apply_until__gte", models.F("apply_from")),
                            ("recommend_until__gte", models.F("apply_until")),
                        ),
                        name="round_days_follow_each_other",
                        violation_error_message="申报截止不能早于申报开始，区级推荐截止不能早于申报截止。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="round",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("notice_from", None), ("notice_until", None)),
                            ("notice_until__gte", models.F("notice_from")),
                            _connector="OR",
                        ),
                        name="round_notice_begins_and_ends",
                        violation_error_message="公示截止不能早于公示开始。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="round",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["noticed", "closed"]), _negated=True),
                            ("notice_from__isnull", False),
                            _connector="OR",
                        ),
                        name="round_in_notice_has_its_days",
                        violation_error_message="公示中的批次必须有公示日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="gate",
                    constraint=models.UniqueConstraint(fields=("form", "code"), name="gate_once_per_form"),
                ),
                migrations.AddConstraint(
                    model_name="extrarule",
                    constraint=models.UniqueConstraint(
                        fields=("form", "code"), name="extra_rule_once_per_form"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="extrarule",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("points__gt", 0),
                            models.Q(("most", None), ("most__gte", models.F("points")), _connector="OR"),
                        ),
                        name="extra_rule_has_points",
                        violation_error_message="分值必须大于 0，上限不能低于每次分值。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="criterion",
                    constraint=models.UniqueConstraint(
                        fields=("form", "code"), name="criterion_once_per_form"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="criterion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("how", "ladder"), ("ladder__len__gte", 2)),
                            models.Q(("how", "range"), ("ladder__len", 0)),
                            models.Q(("how", "formula"), models.Q(("parts", []), _negated=True)),
                            _connector="OR",
                        ),
                        name="criterion_has_what_its_way_of_scoring_asks",
                        violation_error_message="分档项须有分档，公式项须有公式。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="selfcheck",
                    constraint=models.UniqueConstraint(
                        fields=("organization", "year"),
                        name="self_check_once_per_organization_and_year",
                        violation_error_message="本单位本年度已提交自查。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="selfcheck",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="self_check_of_an_organization",
                        violation_error_message="自查必须属于一家单位。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="sitevisit",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("is_done", False),
                            models.Q(("visited_by__isnull", False), ("visited_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="visit_done_has_day_and_person",
                        violation_error_message="完成核查须填核查日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="target",
                    constraint=models.UniqueConstraint(
                        fields=("plan", "code"),
                        name="target_once_per_plan",
                        violation_error_message="本规划已有该代码的目标。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="target",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("baseline_year__gte", 1990),
                            ("target_year__gt", models.F("baseline_year")),
                            ("target_year__lte", 2100),
                        ),
                        name="target_after_its_baseline",
                        violation_error_message="目标年份必须晚于基期年份，且在 1990 至 2100 年之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="targetactual",
                    constraint=models.UniqueConstraint(
                        fields=("target", "year"), name="actual_once_per_target_year"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="targetpath",
                    constraint=models.UniqueConstraint(
                        fields=("target", "year"), name="path_once_per_target_year"
                    ),
                ),
                migrations.AddIndex(
                    model_name="task",
                    index=models.Index(
                        condition=models.Q(("status", "running")), fields=["due_on"], name="task_open_by_day"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="task",
                    constraint=models.UniqueConstraint(
                        fields=("key", "region", "organization"),
                        name="task_once_per_form_and_place",
                        nulls_distinct=False,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="task",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("organization__isnull", False),
                            models.Q(("region", models.F("source")), _negated=True),
                            _connector="OR",
                        ),
                        name="task_is_somebody_elses",
                        violation_error_message="任务须下达给下级区域或一家单位。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="task",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["running", "cancelled"]),
                            models.Q(
                                models.Q(("reply", ""), _negated=True),
                                ("proof__isnull", False),
                                ("reported_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="task_reported_with_words_and_proof",
                        violation_error_message="上报须写明办理情况并附证明。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="term",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("source", ""), _negated=True),
                            models.Q(("definition", ""), _negated=True),
                        ),
                        name="term_has_a_source",
                        violation_error_message="术语须有释义和出处。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="clawback",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("amount_yuan__gt", 0),
                            ("repaid_yuan__gte", 0),
                            ("repaid_yuan__lte", models.F("amount_yuan")),
                        ),
                        name="claw_back_never_exceeds_what_is_owed",
                        violation_error_message="已追回金额不能超过应追回金额。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="ban",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="ban_ends_after_it_starts",
                        violation_error_message="终止日期不能早于起始日期。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="assessment",
                    index=models.Index(fields=["year", "status"], name="assessment_by_year"),
                ),
                migrations.AddConstraint(
                    model_name="assessment",
                    constraint=models.UniqueConstraint(
                        fields=("title", "year"),
                        name="assessment_once_per_title_and_year",
                        violation_error_message="该称号本年度已有考核。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["passed", "failed"]), _negated=True),
                            ("decided_at__isnull", False),
                            _connector="OR",
                        ),
                        name="assessment_decided_with_time_and_total",
                        violation_error_message="考核结论须有时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "rectifying"), _negated=True),
                            ("rectify_until__isnull", False),
                            _connector="OR",
                        ),
                        name="assessment_rectifies_by_a_day",
                        violation_error_message="限期整改须有期限。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("advice", ""), ("checked_at", None)),
                            models.Q(
                                ("checked_at__isnull", False),
                                ("checked_by__isnull", False),
                                models.Q(("advice", ""), _negated=True),
                                models.Q(("expert_opinion", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="assessment_checked_by_somebody_in_words",
                        violation_error_message="专家核查须有核查专家、建议和意见。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="assessment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("asks_funding", False),
                            models.Q(("funding_purpose", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="assessment_funding_has_a_purpose",
                        violation_error_message="申请经费须写明用途。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="title",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("valid_from"))),
                        name="title_ends_after_it_begins",
                        violation_error_message="有效期止日必须晚于生效日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="title",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="title_belongs_to_an_organization",
                        violation_error_message="称号必须属于一家单位。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="title",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_on", None),
                            models.Q(("withdrawal_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="title_withdrawn_with_a_reason",
                        violation_error_message="撤销称号必须写明原因。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="title",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("open_days", None), ("open_days__lte", 366), _connector="OR"),
                        name="title_open_days_fit_a_year",
                        violation_error_message="年开放天数不能超过 366。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="title",
                    constraint=django.contrib.postgres.constraints.ExclusionConstraint(
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
                ),
                migrations.AddConstraint(
                    model_name="titlereminder",
                    constraint=models.UniqueConstraint(fields=("title", "days"), name="title_reminder_once"),
                ),
                migrations.AddConstraint(
                    model_name="titletransfer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("former", models.F("present")), _negated=True),
                        name="transfer_goes_to_another_body",
                        violation_error_message="原单位和现单位不能相同。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="titletransfer",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="transfer_has_a_reason",
                        violation_error_message="称号变更须写明原因。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="visitphoto",
                    constraint=models.UniqueConstraint(
                        fields=("visit", "attachment"), name="visit_photo_once"
                    ),
                ),
            ]
        ),
    ]
