import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.migration_operations import CreateTables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("portal", "0002_scope_and_audit_trail"),
        ("resources", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="Brand",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=30, unique=True, verbose_name="代码")),
                        ("name", models.CharField(max_length=60, verbose_name="品牌名称")),
                        ("summary", models.CharField(blank=True, max_length=300, verbose_name="简介")),
                    ],
                    options={
                        "verbose_name": "品牌活动",
                        "verbose_name_plural": "品牌活动",
                    },
                ),
                migrations.CreateModel(
                    name="Edition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                        ("theme", models.CharField(blank=True, max_length=120, verbose_name="主题")),
                        ("starts_on", models.DateField(verbose_name="开始日期")),
                        ("ends_on", models.DateField(help_text="含当日", verbose_name="结束日期")),
                        ("source", models.CharField(blank=True, max_length=200, verbose_name="资料来源")),
                        (
                            "brand",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="editions",
                                to="events.brand",
                                verbose_name="品牌",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "品牌活动届次",
                        "verbose_name_plural": "品牌活动届次",
                    },
                ),
                migrations.CreateModel(
                    name="Event",
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
                        ("title", models.CharField(max_length=120, verbose_name="活动名称")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("lecture", "科普讲座"),
                                    ("exhibition", "科普展览"),
                                    ("competition", "科普竞赛"),
                                    ("exchange", "国际与港澳台交流"),
                                    ("club", "青少年兴趣小组"),
                                    ("camp", "科技夏（冬）令营"),
                                    ("open_day", "科研机构开放"),
                                    ("training", "实用技术培训"),
                                    ("workshop", "体验工作坊"),
                                    ("film", "科教影视"),
                                    ("other", "其他活动"),
                                ],
                                max_length=20,
                                verbose_name="活动类别",
                            ),
                        ),
                        ("summary", models.TextField(blank=True, max_length=3000, verbose_name="活动介绍")),
                        ("place", models.CharField(blank=True, max_length=200, verbose_name="地点")),
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
                                    max_length=12,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="适合人群",
                            ),
                        ),
                        ("is_free", models.BooleanField(default=True, verbose_name="免费")),
                        ("fee_note", models.CharField(blank=True, max_length=120, verbose_name="收费说明")),
                        ("needs_sign_up", models.BooleanField(default=True, verbose_name="需要报名")),
                        (
                            "largest_party",
                            models.PositiveSmallIntegerField(default=5, verbose_name="每次报名最多人数"),
                        ),
                        (
                            "public_phone",
                            models.CharField(blank=True, max_length=30, verbose_name="咨询电话（公开）"),
                        ),
                        (
                            "contact",
                            models.CharField(blank=True, max_length=60, verbose_name="联系人（内部）"),
                        ),
                        ("source", models.CharField(blank=True, max_length=200, verbose_name="资料来源")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "草稿"),
                                    ("submitted", "待审核"),
                                    ("published", "已发布"),
                                    ("returned", "已退回"),
                                    ("cancelled", "已取消"),
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
                            "edition",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="events.edition",
                                verbose_name="所属品牌届次",
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
                                blank=True,
                                help_text="在平台登记的场馆内举办时填写。",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="resources.resource",
                                verbose_name="举办场馆",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "科普活动",
                        "verbose_name_plural": "科普活动",
                    },
                ),
                migrations.CreateModel(
                    name="Session",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="开始时间")),
                        ("ends_at", models.DateTimeField(verbose_name="结束时间")),
                        ("capacity", models.PositiveIntegerField(default=30, verbose_name="名额（人）")),
                        (
                            "seats_taken",
                            models.PositiveIntegerField(
                                default=0, editable=False, verbose_name="已报名（人）"
                            ),
                        ),
                        (
                            "closes_at",
                            models.DateTimeField(
                                blank=True, help_text="不填为开始时间。", null=True, verbose_name="报名截止"
                            ),
                        ),
                        (
                            "attendance",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="到场人次"),
                        ),
                        (
                            "cancelled_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="取消时间"
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="sessions",
                                to="events.event",
                                verbose_name="活动",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "活动场次",
                        "verbose_name_plural": "活动场次",
                        "ordering": ["starts_at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Result",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("pass_hash", models.BinaryField(max_length=32, verbose_name="通行证号摘要")),
                        (
                            "level",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("school", "校级"),
                                    ("district", "区级"),
                                    ("city", "市级"),
                                    ("province", "省级"),
                                    ("nation", "国家级"),
                                ],
                                max_length=10,
                                verbose_name="等级",
                            ),
                        ),
                        (
                            "award",
                            models.CharField(
                                choices=[
                                    ("entry", "参赛"),
                                    ("first", "一等奖"),
                                    ("second", "二等奖"),
                                    ("third", "三等奖"),
                                ],
                                max_length=10,
                                verbose_name="奖项",
                            ),
                        ),
                        ("certificate", models.CharField(max_length=60, verbose_name="证书编号")),
                        (
                            "is_team",
                            models.BooleanField(
                                default=False,
                                help_text="团队成员各有一条，证书编号相同。",
                                verbose_name="团队证书",
                            ),
                        ),
                        ("entered_at", models.DateTimeField(verbose_name="录入时间")),
                        (
                            "withdrawn_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="撤回时间"
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="results",
                                to="events.session",
                                verbose_name="场次",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "竞赛成绩",
                        "verbose_name_plural": "竞赛成绩",
                    },
                ),
                migrations.CreateModel(
                    name="CheckIn",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("pass_hash", models.BinaryField(max_length=32, verbose_name="通行证号摘要")),
                        ("at", models.DateTimeField(verbose_name="签到时间")),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="check_ins",
                                to="events.session",
                                verbose_name="场次",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "通行证签到",
                        "verbose_name_plural": "通行证签到",
                    },
                ),
                migrations.CreateModel(
                    name="SessionMove",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="原开始时间")),
                        ("ends_at", models.DateTimeField(verbose_name="原结束时间")),
                        ("place", models.CharField(max_length=200, verbose_name="原地点")),
                        ("made_at", models.DateTimeField(verbose_name="修改时间")),
                        (
                            "announced_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="公布时间"),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="moves",
                                to="events.session",
                                verbose_name="场次",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "场次变更",
                        "verbose_name_plural": "场次变更",
                    },
                ),
                migrations.CreateModel(
                    name="SignUp",
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
                        ("name_sealed", models.BinaryField(verbose_name="姓名（加密）")),
                        ("mobile_sealed", models.BinaryField(verbose_name="手机号（加密）")),
                        ("mobile_hash", models.BinaryField(verbose_name="手机号（查找用）")),
                        ("mail_sealed", models.BinaryField(null=True, verbose_name="电子邮箱（加密）")),
                        ("head_count", models.PositiveSmallIntegerField(verbose_name="人数")),
                        ("code", models.CharField(editable=False, max_length=8, verbose_name="报名码")),
                        ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="报名时间")),
                        (
                            "cancelled_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="取消时间"
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sign_ups",
                                to="events.session",
                                verbose_name="场次",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报名",
                        "verbose_name_plural": "报名",
                    },
                ),
                migrations.AddConstraint(
                    model_name="edition",
                    constraint=models.UniqueConstraint(
                        fields=("brand", "year"), name="edition_once_per_brand_and_year"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="edition",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="edition_ends_after_it_starts",
                        violation_error_message="结束日期不能早于开始日期。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="event",
                    index=models.Index(fields=["status", "-id"], name="event_by_status"),
                ),
                migrations.AddIndex(
                    model_name="event",
                    index=models.Index(fields=["kind"], name="event_by_kind"),
                ),
                migrations.AddConstraint(
                    model_name="event",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "published"), _negated=True),
                            ("published_at__isnull", False),
                            _connector="OR",
                        ),
                        name="event_published_has_a_time",
                        violation_error_message="已发布的活动必须有发布时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="event",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("largest_party__gte", 1), ("largest_party__lte", 50)),
                        name="event_party_of_one_to_fifty",
                        violation_error_message="每次报名最多人数应在 1 至 50 之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="event",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("resource__isnull", False),
                            models.Q(("place", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="event_has_a_place",
                        violation_error_message="请选择举办场馆或填写地点。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="session",
                    index=models.Index(fields=["starts_at"], name="session_by_start"),
                ),
                migrations.AddConstraint(
                    model_name="session",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="session_ends_after_it_starts",
                        violation_error_message="结束时间必须晚于开始时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="session",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("seats_taken__lte", models.F("capacity"))),
                        name="session_seats_within_capacity",
                        violation_error_message="名额不能少于已报名人数。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="session",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("closes_at", None), ("closes_at__lte", models.F("ends_at")), _connector="OR"
                        ),
                        name="session_closes_before_it_ends",
                        violation_error_message="报名截止不能晚于结束时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="session",
                    constraint=models.UniqueConstraint(
                        fields=("event", "starts_at"),
                        name="session_once_per_event_and_time",
                        violation_error_message="该活动在此时间已有一场。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="result",
                    index=models.Index(fields=["pass_hash"], name="result_by_pass"),
                ),
                migrations.AddConstraint(
                    model_name="result",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("session", "pass_hash"),
                        name="result_once_per_session_and_pass",
                        violation_error_message="该通行证本场已有成绩。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="result",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("is_team", False), ("withdrawn_at", None)),
                        fields=("session", "certificate"),
                        name="result_certificate_once_per_session",
                        violation_error_message="该证书编号本场已使用。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="result",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("certificate", ""), _negated=True),
                        name="result_has_a_certificate",
                        violation_error_message="成绩须有证书编号。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="result",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("award", "entry"), ("level", "")),
                            models.Q(
                                models.Q(("award", "entry"), _negated=True),
                                models.Q(("level", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="result_of_a_prize_has_a_level",
                        violation_error_message="奖项须写明等级，参赛不写等级。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="checkin",
                    index=models.Index(fields=["pass_hash"], name="check_in_by_pass"),
                ),
                migrations.AddConstraint(
                    model_name="checkin",
                    constraint=models.UniqueConstraint(
                        fields=("session", "pass_hash"),
                        name="check_in_once_per_session_and_pass",
                        violation_error_message="该通行证本场已签到。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="sessionmove",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("announced_at", None)),
                        fields=("session",),
                        name="move_waits_once_per_session",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signup",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("cancelled_at", None)),
                        fields=("session", "mobile_hash"),
                        name="sign_up_once_per_session_and_mobile",
                        violation_error_message="该手机号已报名本场。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signup",
                    constraint=models.UniqueConstraint(
                        fields=("session", "code"), name="sign_up_code_once_per_session"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="signup",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("head_count__gte", 1)), name="sign_up_for_somebody"
                    ),
                ),
            ]
        ),
    ]
