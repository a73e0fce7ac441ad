import uuid

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import portal.documents
import portal.organizations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                ),
                ("name", models.CharField(max_length=30, verbose_name="姓名")),
                ("wants_digest", models.BooleanField(default=True, verbose_name="每日摘要邮件")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "用户",
                "verbose_name_plural": "用户",
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                ("actor_id", models.BigIntegerField(null=True, verbose_name="操作人编号")),
                ("actor_name", models.CharField(max_length=200, verbose_name="操作人")),
                ("action", models.CharField(max_length=60, verbose_name="操作")),
                ("subject_type", models.CharField(max_length=60, verbose_name="对象类型")),
                ("subject_id", models.CharField(max_length=40, verbose_name="对象编号")),
                ("subject_name", models.CharField(max_length=200, verbose_name="对象")),
                (
                    "changes",
                    models.JSONField(default=dict, help_text="字段名：[原值, 新值]", verbose_name="变更"),
                ),
                ("note", models.TextField(blank=True, verbose_name="说明")),
                ("address", models.CharField(blank=True, max_length=45, verbose_name="来源地址")),
                ("request_id", models.CharField(blank=True, max_length=36, verbose_name="请求编号")),
                (
                    "number",
                    models.BigIntegerField(editable=False, null=True, unique=True, verbose_name="链上序号"),
                ),
                (
                    "digest",
                    models.CharField(blank=True, editable=False, max_length=64, verbose_name="链上摘要"),
                ),
            ],
            options={
                "verbose_name": "操作记录",
                "verbose_name_plural": "操作记录",
                "indexes": [
                    models.Index(fields=["subject_type", "subject_id", "at"], name="audit_by_subject"),
                    models.Index(fields=["actor_id", "at"], name="audit_by_actor"),
                    models.Index(
                        condition=models.Q(("number", None)), fields=["id"], name="audit_not_sealed"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Day",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="日期")),
                ("is_working", models.BooleanField(verbose_name="工作日")),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="名称")),
                (
                    "is_provisional",
                    models.BooleanField(
                        default=False, help_text="放假安排公布后会更新。", verbose_name="暂定"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("announced", "国务院办公厅放假通知"),
                            ("weekend", "按周末推定"),
                            ("manual", "人工维护"),
                        ],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
            ],
            options={
                "verbose_name": "工作日历",
                "verbose_name_plural": "工作日历",
                "ordering": ["day"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_provisional", True), ("source", "weekend")),
                            models.Q(
                                models.Q(("source", "weekend"), _negated=True), ("is_provisional", False)
                            ),
                            _connector="OR",
                        ),
                        name="day_is_provisional_when_only_its_weekday_is_known",
                        violation_error_message="按周末推定的日期是暂定的，其余的不是。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="任务类别")),
                ("key", models.CharField(max_length=80, verbose_name="业务键")),
                ("title", models.CharField(blank=True, max_length=80, verbose_name="任务名称")),
                ("link", models.CharField(blank=True, max_length=200, verbose_name="结果地址")),
                (
                    "payload",
                    models.JSONField(default=dict, help_text="只放编号，不放内容。", verbose_name="参数"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "等待"),
                            ("running", "处理中"),
                            ("done", "已完成"),
                            ("failed", "未完成"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, verbose_name="已处理")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="总数")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="进度说明")),
                ("fault", models.CharField(blank=True, max_length=500, verbose_name="未完成原因")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="尝试次数")),
                ("lease", models.UUIDField(editable=False, null=True, verbose_name="执行凭据")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发起人",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="创建时间"),
                ),
                (
                    "published_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="发出时间"),
                ),
                ("heartbeat_at", models.DateTimeField(blank=True, null=True, verbose_name="最近心跳")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
            ],
            options={
                "verbose_name": "后台任务",
                "verbose_name_plural": "后台任务",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=["published_at"],
                        name="job_unfinished",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key"), name="job_once_per_kind_and_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["queued", "running"]), ("ended_at__isnull", False), _connector="OR"
                        ),
                        name="job_ended_has_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="接收人",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("info", "消息"), ("task", "待办"), ("urgent", "紧急")],
                        default="info",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="内容")),
                ("link", models.CharField(blank=True, max_length=200, verbose_name="链接")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="创建时间"),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="阅读时间")),
                ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="送达时间")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="发送次数")),
            ],
            options={
                "verbose_name": "通知",
                "verbose_name_plural": "通知",
                "indexes": [
                    models.Index(fields=["recipient", "-id"], name="notice_by_recipient"),
                    models.Index(
                        condition=models.Q(("delivered_at", None)), fields=["id"], name="notice_waiting"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("link", ""),
                            models.Q(
                                ("link__startswith", "/"), models.Q(("link__startswith", "//"), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="notice_link_stays_inside",
                        violation_error_message="通知链接只能指向本平台。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("prefix", models.CharField(max_length=6, verbose_name="编号字母")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("last", models.PositiveIntegerField(default=0, verbose_name="末号")),
            ],
            options={
                "verbose_name": "文书编号",
                "verbose_name_plural": "文书编号",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("prefix", "year"),
                        name="paper_counter_once_per_prefix_and_year",
                        violation_error_message="该类文书当年已有编号。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="区划代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "市"), (2, "区"), (3, "街道（镇）"), (4, "社区（村）")],
                        verbose_name="层级",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="portal.region",
                        verbose_name="上级区域",
                    ),
                ),
                ("path", models.CharField(editable=False, max_length=60, unique=True, verbose_name="路径")),
                ("pinyin", models.CharField(blank=True, max_length=120, verbose_name="拼音")),
                ("kind", models.CharField(blank=True, max_length=30, verbose_name="类别")),
                (
                    "is_official",
                    models.BooleanField(
                        default=True,
                        help_text="大鹏新区、深汕特别合作区的代码为本平台自编，不得对外报送。",
                        verbose_name="国家统计代码",
                    ),
                ),
            ],
            options={
                "verbose_name": "区域",
                "verbose_name_plural": "区域",
                "indexes": [
                    models.Index(fields=["path"], name="region_by_path", opclasses=["text_pattern_ops"])
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("level", 1), ("parent", None)),
                            models.Q(("level__gt", 1), ("parent__isnull", False)),
                            _connector="OR",
                        ),
                        name="region_only_the_municipality_has_no_parent",
                        violation_error_message="除市级外，每个区域都必须有上级区域。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "path__endswith",
                                django.db.models.functions.text.Concat(models.F("code"), models.Value("/")),
                            )
                        ),
                        name="region_path_ends_with_code",
                        violation_error_message="区域路径与区划代码不一致。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organization",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="单位名称")),
                ("short_name", models.CharField(blank=True, max_length=40, verbose_name="简称")),
                (
                    "kind",
                    models.CharField(
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
                ),
                (
                    "credit_code",
                    models.CharField(
                        blank=True,
                        max_length=18,
                        validators=[portal.organizations.validate_credit_code],
                        verbose_name="统一社会信用代码",
                    ),
                ),
                (
                    "school_code",
                    models.CharField(
                        blank=True,
                        max_length=10,
                        validators=[portal.organizations.validate_school_code],
                        verbose_name="学校标识码",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organizations",
                        to="portal.region",
                        verbose_name="所属区域",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="地址")),
                ("contact", models.CharField(blank=True, max_length=30, verbose_name="联系人")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="联系电话")),
                ("pinyin", models.CharField(blank=True, editable=False, max_length=300, verbose_name="拼音")),
                ("is_active", models.BooleanField(default=True, verbose_name="在用")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="资料来源")),
            ],
            options={
                "verbose_name": "单位",
                "verbose_name_plural": "单位",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("credit_code", ""), _negated=True),
                        fields=("credit_code",),
                        name="organization_credit_code_once",
                        violation_error_message="该统一社会信用代码已登记。",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("school_code", ""), _negated=True),
                        fields=("school_code",),
                        name="organization_school_code_once",
                        violation_error_message="该学校标识码已登记。",
                    ),
                    models.UniqueConstraint(
                        fields=("name", "region"),
                        name="organization_name_once_per_region",
                        violation_error_message="该区域内已有同名单位。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
                (
                    "role",
                    models.CharField(
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
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="portal.region",
                        verbose_name="管辖区域",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="portal.organization",
                        verbose_name="所在单位",
                    ),
                ),
                (
                    "starts_on",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="起始日期"),
                ),
                (
                    "ends_on",
                    models.DateField(
                        blank=True, help_text="含当日；不填为长期。", null=True, verbose_name="终止日期"
                    ),
                ),
            ],
            options={
                "verbose_name": "授权",
                "verbose_name_plural": "授权",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("organization", None), ("region__isnull", False)),
                            models.Q(("organization__isnull", False), ("region", None)),
                            _connector="OR",
                        ),
                        name="grant_in_a_region_or_an_organization",
                        violation_error_message="请在“管辖区域”和“所在单位”中选且只选一项。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="grant_ends_after_it_starts",
                        violation_error_message="终止日期不能早于起始日期。",
                    ),
                    models.UniqueConstraint(
                        fields=("user", "role", "region", "organization"),
                        name="grant_once_per_user_role_place",
                        nulls_distinct=False,
                        violation_error_message="该用户在此已有同一角色。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
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
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="编号",
                    ),
                ),
                ("original_name", models.CharField(max_length=120, verbose_name="文件名")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pdf", "PDF 文档"),
                            ("docx", "Word 文档"),
                            ("xlsx", "Excel 表格"),
                            ("pptx", "PPT 演示文稿"),
                            ("ods", "ODS 表格"),
                            ("xls", "旧版 Excel 表格"),
                            ("zip", "ZIP 压缩包"),
                            ("jpg", "JPEG 图片"),
                            ("png", "PNG 图片"),
                            ("webp", "WebP 图片"),
                            ("csv", "CSV 表格"),
                            ("txt", "文本"),
                        ],
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                ("size", models.PositiveIntegerField(verbose_name="大小（字节）")),
                (
                    "sha256",
                    models.CharField(help_text="存储内容的 SHA-256。", max_length=64, verbose_name="校验和"),
                ),
                ("needs", models.CharField(blank=True, max_length=40, verbose_name="查看所需权限")),
                ("is_sealed", models.BooleanField(default=False, verbose_name="加密存储")),
                ("is_public_image", models.BooleanField(default=False, verbose_name="公开图片")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="到期时间")),
            ],
            options={
                "verbose_name": "附件",
                "verbose_name_plural": "附件",
                "indexes": [
                    models.Index(
                        condition=models.Q(("expires_at__isnull", False)),
                        fields=["expires_at"],
                        name="attachment_expiring",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_public_image", False),
                            models.Q(
                                ("expires_at", None),
                                ("is_sealed", False),
                                ("kind__in", ["jpg", "png", "webp"]),
                            ),
                            _connector="OR",
                        ),
                        name="attachment_public_only_as_a_picture_in_clear",
                        violation_error_message="只有未加密、长期保存的图片可以公开。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RegionChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12, verbose_name="区划代码")),
                ("edition_from", models.PositiveSmallIntegerField(verbose_name="旧版年份")),
                ("edition_to", models.PositiveSmallIntegerField(verbose_name="新版年份")),
                (
                    "change",
                    models.CharField(
                        choices=[("added", "新增"), ("removed", "撤销"), ("renamed", "更名")],
                        max_length=10,
                        verbose_name="变化",
                    ),
                ),
                ("old_name", models.CharField(blank=True, max_length=60, verbose_name="旧名称")),
                ("new_name", models.CharField(blank=True, max_length=60, verbose_name="新名称")),
            ],
            options={
                "verbose_name": "区划变更",
                "verbose_name_plural": "区划变更",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "edition_to", "change"),
                        name="region_change_once_per_code_and_edition",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20, verbose_name="类别")),
                ("subject_id", models.BigIntegerField(verbose_name="对象编号")),
                ("title", models.CharField(max_length=200, verbose_name="标题")),
                ("text", models.TextField(blank=True, verbose_name="摘要")),
                ("url", models.CharField(max_length=300, verbose_name="地址")),
                ("is_public", models.BooleanField(default=True, verbose_name="公开")),
                ("needs", models.CharField(blank=True, max_length=40, verbose_name="查看所需权限")),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="portal.organization",
                        verbose_name="所属单位",
                    ),
                ),
                ("title_key", models.TextField(editable=False, verbose_name="标题检索式")),
                ("pinyin", models.TextField(blank=True, editable=False, verbose_name="拼音")),
                ("initials", models.TextField(blank=True, editable=False, verbose_name="拼音首字母")),
                (
                    "grams",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), editable=False, size=None, verbose_name="检索片段"
                    ),
                ),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), editable=False, size=None, verbose_name="分词"
                    ),
                ),
                ("updated_at", models.DateTimeField(editable=False, verbose_name="更新时间")),
            ],
            options={
                "verbose_name": "检索条目",
                "verbose_name_plural": "检索条目",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["grams"], name="search_by_grams"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "subject_id"),
                        name="search_entry_once_per_subject",
                        violation_error_message="该对象已有检索条目。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_public", True), models.Q(("needs", ""), _negated=True), _connector="OR"
                        ),
                        name="search_entry_public_or_with_a_permission",
                        violation_error_message="不公开的条目必须写明查看所需权限。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SheetBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uuid",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="批次号"),
                ),
                ("title", models.CharField(max_length=60, verbose_name="登记")),
                ("subject", models.CharField(max_length=60, verbose_name="对象类型")),
                ("sheet", models.CharField(max_length=120, verbose_name="表格")),
                (
                    "where",
                    models.JSONField(default=dict, help_text="只放编号和权限代码。", verbose_name="范围"),
                ),
                ("back", models.CharField(max_length=200, verbose_name="返回地址")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="导入人",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="确认时间"),
                ),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.job",
                        verbose_name="导入任务",
                    ),
                ),
                (
                    "undo_job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="portal.job",
                        verbose_name="撤销任务",
                    ),
                ),
                ("rows_new", models.PositiveIntegerField(default=0, verbose_name="新增（行）")),
                ("rows_changed", models.PositiveIntegerField(default=0, verbose_name="更新（行）")),
                ("rows_same", models.PositiveIntegerField(default=0, verbose_name="未变（行）")),
                ("rows_faulty", models.PositiveIntegerField(default=0, verbose_name="有误（行）")),
                ("rows_undone", models.PositiveIntegerField(default=0, verbose_name="已撤销（行）")),
                ("trail_end", models.BigIntegerField(default=0, editable=False, verbose_name="操作记录止于")),
                ("faults", models.BinaryField(blank=True, default=b"", verbose_name="错误")),
                ("kept_at", models.DateTimeField(blank=True, null=True, verbose_name="导入时间")),
                ("refused_at", models.DateTimeField(blank=True, null=True, verbose_name="未导入时间")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
            ],
            options={
                "verbose_name": "导入批次",
                "verbose_name_plural": "导入批次",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kept_at", None), ("refused_at", None), _connector="OR"),
                        name="sheet_batch_is_kept_or_refused",
                        violation_error_message="一个批次不能既导入又未导入。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("undone_at", None), ("kept_at__lte", models.F("undone_at")), _connector="OR"
                        ),
                        name="sheet_batch_is_undone_after_it_is_kept",
                        violation_error_message="没有导入的批次不能撤销。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SheetBatchRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="portal.sheetbatch",
                        verbose_name="批次",
                    ),
                ),
                ("subject_id", models.BigIntegerField(verbose_name="对象编号")),
                ("name", models.CharField(max_length=200, verbose_name="对象")),
                ("is_new", models.BooleanField(verbose_name="新增")),
                ("before", models.BinaryField(default=b"", verbose_name="原内容")),
                ("is_undone", models.BooleanField(default=False, verbose_name="已撤销")),
                ("why_kept", models.CharField(blank=True, max_length=200, verbose_name="保留原因")),
            ],
            options={
                "verbose_name": "导入批次的行",
                "verbose_name_plural": "导入批次的行",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("batch", "subject_id"),
                        name="sheet_batch_row_once_per_record",
                        violation_error_message="一个批次中同一条记录只能出现一次。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Synonyms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("term", models.CharField(max_length=30, unique=True, verbose_name="词")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30, verbose_name="别名"),
                        help_text="一个以上，用顿号分开，如：科学馆、科学中心。",
                        size=None,
                        verbose_name="别名与同义词",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=60, verbose_name="说明")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
            ],
            options={
                "verbose_name": "同义词",
                "verbose_name_plural": "同义词",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("aliases__len__gte", 1), ("aliases__len__lte", 12)),
                        name="synonyms_are_one_to_twelve",
                        violation_error_message="请填写 1 至 12 个别名。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("aliases__contains", [""]), _negated=True),
                            models.Q(("term", ""), _negated=True),
                        ),
                        name="synonyms_without_empty_words",
                        violation_error_message="词和别名不能为空。",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuedPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=portal.documents.new_token,
                        editable=False,
                        max_length=26,
                        unique=True,
                        verbose_name="核验标识",
                    ),
                ),
                ("kind", models.CharField(max_length=30, verbose_name="类别")),
                ("number", models.CharField(max_length=30, unique=True, verbose_name="编号")),
                ("title", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "masked_name",
                    models.CharField(blank=True, max_length=20, verbose_name="持有人（隐去部分）"),
                ),
                (
                    "public_facts",
                    models.JSONField(default=list, help_text="名称与内容成对的列表", verbose_name="公开内容"),
                ),
                (
                    "holder_hash",
                    models.BinaryField(blank=True, default=b"", max_length=32, verbose_name="持有人索引"),
                ),
                ("issued_at", models.DateTimeField(verbose_name="签发时间")),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签发人",
                    ),
                ),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
                ("revoke_reason", models.CharField(blank=True, max_length=200, verbose_name="撤销原因")),
                (
                    "check_count",
                    models.PositiveIntegerField(default=0, editable=False, verbose_name="核验次数"),
                ),
            ],
            options={
                "verbose_name": "签发文书",
                "verbose_name_plural": "签发文书",
                "indexes": [models.Index(fields=["holder_hash"], name="paper_by_holder")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoke_reason", ""), ("revoked_at", None)),
                            models.Q(
                                models.Q(("revoked_at__isnull", False)),
                                models.Q(("revoke_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="paper_is_revoked_with_a_reason",
                        violation_error_message="撤销须注明时间和原因。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revoked_at", None), ("revoked_at__gte", models.F("issued_at")), _connector="OR"
                        ),
                        name="paper_is_revoked_after_it_is_issued",
                        violation_error_message="撤销时间不能早于签发时间。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("token__regex", "^[A-Z2-7]{26}$")),
                        name="paper_token_is_long_enough_not_to_be_guessed",
                        violation_error_message="核验标识应为 26 位字母数字。",
                    ),
                ],
            },
        ),
    ]
