import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.migration_operations import CreateTables

# The ledger, partitioned by school year: `id` comes from one sequence, the key is (id, school_year). A partition
# has no policy of its own: whoever asks it by its own name sees no row and writes none.
LEDGER = """
CREATE SEQUENCE youth_credits_credit_id_seq AS bigint;
CREATE TABLE youth_credits_credit (
    id bigint NOT NULL DEFAULT nextval('youth_credits_credit_id_seq'),
    student_id bigint NOT NULL,
    school_id bigint NOT NULL,
    batch_id bigint NOT NULL,
    activity_id bigint NOT NULL,
    rule_id bigint NOT NULL,
    recorder_id bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    reverses_id bigint,
    starts_at timestamptz,
    ends_at timestamptz,
    minutes integer NOT NULL,
    surplus_minutes integer NOT NULL,
    school_year smallint NOT NULL,
    earned numeric(6, 2) NOT NULL,
    credits numeric(6, 2) NOT NULL,
    source varchar(12) NOT NULL,
    reason varchar(12) NOT NULL,
    award varchar(12) NOT NULL,
    certificate varchar(60) NOT NULL,
    note varchar(300) NOT NULL DEFAULT '',
    CONSTRAINT youth_credits_credit_pkey PRIMARY KEY (id, school_year),
    CONSTRAINT credit_entry_adds_and_reversal_takes_away CHECK (
        CASE WHEN reverses_id IS NULL
            THEN minutes > 0 AND credits >= 0 AND credits <= earned AND surplus_minutes >= 0
                AND surplus_minutes <= minutes AND reason <> 'reversal'
            ELSE minutes < 0 AND credits <= 0 AND surplus_minutes <= 0 AND reason = 'reversal' END
    ),
    CONSTRAINT credit_ends_after_it_starts CHECK (
        (starts_at IS NULL AND ends_at IS NULL) OR ends_at > starts_at
    )
) PARTITION BY LIST (school_year);
ALTER SEQUENCE youth_credits_credit_id_seq OWNED BY youth_credits_credit.id;
CREATE INDEX credit_by_student ON youth_credits_credit (student_id);
CREATE UNIQUE INDEX credit_reversed_once ON youth_credits_credit (reverses_id, school_year)
    WHERE reverses_id IS NOT NULL;

CREATE FUNCTION youth_credits_make_partition(year integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text := 'youth_credits_credit_' || coalesce(year::text, 'default');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF youth_credits_credit %s', name,
        CASE WHEN year IS NULL THEN 'DEFAULT' ELSE format('FOR VALUES IN (%s)', year) END);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
END $$;
SELECT youth_credits_make_partition(year) FROM generate_series(2018, 2029) AS year;
SELECT youth_credits_make_partition(NULL);
"""
NO_LEDGER = """
DROP FUNCTION youth_credits_make_partition(integer);
DROP TABLE youth_credits_credit;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("events", "0001_initial"),
        ("portal", "0002_scope_and_audit_trail"),
        ("talent", "0002_hours_are_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="ConsentText",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.CharField(max_length=20, unique=True, verbose_name="版本")),
                        ("in_force_from", models.DateField(unique=True, verbose_name="启用日期")),
                        ("title", models.CharField(max_length=80, verbose_name="标题")),
                        ("body", models.TextField(verbose_name="正文")),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
                    ],
                    options={
                        "verbose_name": "监护人同意书文本",
                        "verbose_name_plural": "监护人同意书文本",
                        "ordering": ["-in_force_from", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="CreditRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.CharField(max_length=4, verbose_name="类别代码")),
                        ("name", models.CharField(max_length=40, verbose_name="类别名称")),
                        (
                            "family",
                            models.CharField(
                                choices=[("in_school", "校内"), ("off_campus", "校外")],
                                max_length=12,
                                verbose_name="校内外",
                            ),
                        ),
                        (
                            "method",
                            models.CharField(
                                choices=[
                                    ("minutes", "按时长"),
                                    ("fixed", "按次"),
                                    ("award", "按获奖等级"),
                                    ("panel", "按评议"),
                                ],
                                max_length=10,
                                verbose_name="计分方式",
                            ),
                        ),
                        (
                            "credits",
                            models.DecimalField(decimal_places=2, max_digits=6, verbose_name="每单位学分"),
                        ),
                        (
                            "unit_minutes",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="单位时长（分钟）"
                            ),
                        ),
                        ("whole_units", models.BooleanField(default=False, verbose_name="只计整单位")),
                        (
                            "least_minutes",
                            models.PositiveSmallIntegerField(default=0, verbose_name="最短时长（分钟）"),
                        ),
                        (
                            "least_per_entry",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="单次最低（学分）",
                            ),
                        ),
                        (
                            "most_per_entry",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=6,
                                null=True,
                                verbose_name="单次上限（学分）",
                            ),
                        ),
                        (
                            "cap_per_year",
                            models.DecimalField(
                                decimal_places=2, max_digits=6, verbose_name="学年上限（学分）"
                            ),
                        ),
                        (
                            "cap_per_day",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="一名学生一天内这一类最多计多少学分，超出的只计时长；不填为不限。",
                                max_digits=6,
                                null=True,
                                verbose_name="每日上限（学分）",
                            ),
                        ),
                        (
                            "most_per_provider",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="同一单位学年上限（次）"
                            ),
                        ),
                        (
                            "once",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "不限"),
                                    ("day", "每日一次"),
                                    ("term", "每学期一次"),
                                    ("course", "同一课程一次"),
                                    ("highest", "同一作品取最高"),
                                ],
                                max_length=10,
                                verbose_name="重复计分",
                            ),
                        ),
                        ("awards", models.JSONField(blank=True, default=dict, verbose_name="获奖等级学分")),
                        (
                            "needs_certificate",
                            models.BooleanField(default=False, verbose_name="须填证书编号"),
                        ),
                        (
                            "needs_course",
                            models.BooleanField(default=False, verbose_name="须为已认定的学分课程"),
                        ),
                        ("evidence", models.CharField(max_length=100, verbose_name="佐证材料")),
                    ],
                    options={
                        "verbose_name": "学分规则",
                        "verbose_name_plural": "学分规则",
                        "ordering": ["rule_set", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Activity",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("held_on", models.DateField(verbose_name="活动日期")),
                        ("name", models.CharField(max_length=100, verbose_name="活动名称")),
                        ("provider", models.CharField(blank=True, max_length=100, verbose_name="举办单位")),
                        ("course", models.UUIDField(editable=False, verbose_name="课程标识")),
                        (
                            "school",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="youth_credits.creditrule",
                                verbose_name="所据规则",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学分活动",
                        "verbose_name_plural": "学分活动",
                    },
                ),
                migrations.CreateModel(
                    name="Batch",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="批次号"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("credits", "学分表"), ("roll", "学生名册"), ("grid", "班级登记")],
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("uploaded", "检查中"),
                                    ("refused", "无法读取"),
                                    ("checked", "待确认"),
                                    ("keeping", "导入中"),
                                    ("kept", "已导入"),
                                    ("verified", "已审核"),
                                    ("dropped", "已放弃"),
                                    ("undone", "已撤销"),
                                    ("returned", "已退回"),
                                ],
                                default="uploaded",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("only_good", models.BooleanField(default=False, verbose_name="仅导入正确行")),
                        ("rows_read", models.PositiveIntegerField(default=0, verbose_name="读取（行）")),
                        ("rows_new", models.PositiveIntegerField(default=0, verbose_name="新增（行）")),
                        ("rows_changed", models.PositiveIntegerField(default=0, verbose_name="变更（行）")),
                        ("rows_same", models.PositiveIntegerField(default=0, verbose_name="相同（行）")),
                        ("rows_faulty", models.PositiveIntegerField(default=0, verbose_name="有误（行）")),
                        (
                            "rows_uncounted",
                            models.PositiveIntegerField(
                                default=0,
                                help_text="新增行中记录时长但不计学分的行。",
                                verbose_name="超出上限（行）",
                            ),
                        ),
                        (
                            "first_entry",
                            models.BigIntegerField(
                                editable=False, null=True, verbose_name="首条记录之前的号"
                            ),
                        ),
                        (
                            "last_entry",
                            models.BigIntegerField(editable=False, null=True, verbose_name="末条记录的号"),
                        ),
                        ("faults_sealed", models.BinaryField(null=True, verbose_name="前若干处错误（密文）")),
                        ("note", models.CharField(blank=True, max_length=1000, verbose_name="说明")),
                        ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="检查时间")),
                        ("kept_at", models.DateTimeField(blank=True, null=True, verbose_name="导入时间")),
                        ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="审核时间")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
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
                            "file",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="上传文件",
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
                            "returned_file",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="错误清单",
                            ),
                        ),
                        (
                            "verified_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="审核人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "批次",
                        "verbose_name_plural": "批次",
                    },
                ),
                migrations.CreateModel(
                    name="ActivityShare",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "activity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="shares",
                                to="youth_credits.activity",
                                verbose_name="活动",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="可查看的学校",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="shares",
                                to="youth_credits.batch",
                                verbose_name="批次",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "转学活动共享",
                        "verbose_name_plural": "转学活动共享",
                    },
                ),
                migrations.CreateModel(
                    name="Course",
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
                        ("title", models.CharField(max_length=100, verbose_name="课程名称")),
                        ("summary", models.TextField(max_length=2000, verbose_name="课程内容")),
                        ("minutes", models.PositiveSmallIntegerField(verbose_name="每次时长（分钟）")),
                        (
                            "practice_minutes",
                            models.PositiveSmallIntegerField(verbose_name="其中动手时间（分钟）"),
                        ),
                        (
                            "grade_from",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                default=5,
                                verbose_name="适合年级（起）",
                            ),
                        ),
                        (
                            "grade_to",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                default=8,
                                verbose_name="适合年级（止）",
                            ),
                        ),
                        (
                            "capacity",
                            models.PositiveSmallIntegerField(default=30, verbose_name="每场名额（人）"),
                        ),
                        ("place", models.CharField(max_length=200, verbose_name="上课地点")),
                        (
                            "contact",
                            models.CharField(blank=True, max_length=120, verbose_name="预约方式（公开）"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "草稿"),
                                    ("submitted", "待认定"),
                                    ("approved", "已认定"),
                                    ("returned", "已退回"),
                                    ("suspended", "已停课"),
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
                            "decided_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="认定时间"
                            ),
                        ),
                        (
                            "valid_from",
                            models.DateField(
                                blank=True, editable=False, null=True, verbose_name="认定生效日期"
                            ),
                        ),
                        (
                            "valid_until",
                            models.DateField(
                                blank=True, editable=False, null=True, verbose_name="认定有效期至"
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
                        "verbose_name": "学分课程",
                        "verbose_name_plural": "学分课程",
                    },
                ),
                migrations.CreateModel(
                    name="CreditRuleSet",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveSmallIntegerField(unique=True, verbose_name="版本")),
                        ("in_force_from", models.DateField(verbose_name="生效日期")),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
                        (
                            "step",
                            models.DecimalField(
                                decimal_places=2, max_digits=4, verbose_name="计分单位（学分）"
                            ),
                        ),
                        (
                            "year_minimum",
                            models.DecimalField(decimal_places=2, max_digits=6, verbose_name="学年最低学分"),
                        ),
                        (
                            "off_campus_minimum",
                            models.DecimalField(
                                decimal_places=2, max_digits=6, verbose_name="其中校外最低学分"
                            ),
                        ),
                        ("kinds_minimum", models.PositiveSmallIntegerField(verbose_name="最少类别数")),
                        (
                            "stage_target",
                            models.DecimalField(decimal_places=2, max_digits=6, verbose_name="学段目标学分"),
                        ),
                        (
                            "grade_from",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                verbose_name="起始年级",
                            ),
                        ),
                        (
                            "grade_to",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                verbose_name="终止年级",
                            ),
                        ),
                        (
                            "approved_at",
                            models.DateTimeField(
                                blank=True,
                                editable=False,
                                help_text="没有批准的是草稿，不用于计分。",
                                null=True,
                                verbose_name="批准时间",
                            ),
                        ),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="批准人",
                            ),
                        ),
                        (
                            "area",
                            models.ForeignKey(
                                blank=True,
                                help_text="不选为全市；选一个区则该区学校按此版本计分。",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="适用区域",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="起草人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学分规则版本",
                        "verbose_name_plural": "学分规则版本",
                    },
                ),
                migrations.AddField(
                    model_name="creditrule",
                    name="rule_set",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="youth_credits.creditruleset",
                        verbose_name="规则版本",
                    ),
                ),
                migrations.CreateModel(
                    name="CreditTotal",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "school_year",
                                "school_id",
                                "grade",
                                "quarters",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                                verbose_name="主键",
                            ),
                        ),
                        (
                            "school_year",
                            models.PositiveSmallIntegerField(
                                help_text="学年开始的年份。", verbose_name="学年"
                            ),
                        ),
                        (
                            "grade",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                verbose_name="年级",
                            ),
                        ),
                        (
                            "quarters",
                            models.IntegerField(
                                help_text="不足四分之一的不计。", verbose_name="学分（四分之一）"
                            ),
                        ),
                        ("heads", models.IntegerField(verbose_name="学生（人）")),
                        ("active_heads", models.IntegerField(verbose_name="有登记的学生（人）")),
                        (
                            "off_campus",
                            models.DecimalField(decimal_places=2, max_digits=12, verbose_name="校外学分合计"),
                        ),
                        ("minutes", models.BigIntegerField(verbose_name="时长合计（分钟）")),
                        (
                            "school",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学分分布",
                        "verbose_name_plural": "学分分布",
                    },
                ),
                migrations.CreateModel(
                    name="Export",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("credits", "学分明细"),
                                    ("roll", "学生名册"),
                                    ("papers", "全班成绩单"),
                                ],
                                max_length=10,
                                verbose_name="内容",
                            ),
                        ),
                        ("school_year", models.PositiveSmallIntegerField(verbose_name="学年")),
                        (
                            "grade",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                null=True,
                                verbose_name="年级",
                            ),
                        ),
                        (
                            "class_number",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="班级"),
                        ),
                        ("rows", models.PositiveIntegerField(blank=True, null=True, verbose_name="行数")),
                        (
                            "sha256",
                            models.CharField(blank=True, max_length=64, verbose_name="文件校验和（SHA-256）"),
                        ),
                        ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="生成时间")),
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
                            "file",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="文件",
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
                        "verbose_name": "学分导出",
                        "verbose_name_plural": "学分导出",
                    },
                ),
                migrations.CreateModel(
                    name="HoursAward",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("hours", models.PositiveSmallIntegerField(verbose_name="累计时长（小时）")),
                        ("name", models.CharField(max_length=30, verbose_name="名称")),
                        ("in_force_from", models.DateField(verbose_name="启用日期")),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
                        ("is_active", models.BooleanField(default=False, verbose_name="启用")),
                    ],
                    options={
                        "verbose_name": "时长奖章",
                        "verbose_name_plural": "时长奖章",
                        "ordering": ["hours", "in_force_from"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("hours", "in_force_from"),
                                name="hours_award_once_per_step_and_day",
                                violation_error_message="该时长在此日期已有奖章。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("hours__gte", 1), ("hours__lte", 10000)),
                                name="hours_award_from_1_to_10000_hours",
                                violation_error_message="累计时长应为 1 至 10,000 小时。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Incident",
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
                        ("happened_on", models.DateField(verbose_name="发生日期")),
                        ("found_on", models.DateField(verbose_name="发现日期")),
                        ("title", models.CharField(max_length=100, verbose_name="事件")),
                        (
                            "description",
                            models.TextField(help_text="请勿写学生姓名和学籍号。", verbose_name="经过"),
                        ),
                        ("heads", models.PositiveIntegerField(default=0, verbose_name="涉及未成年人（人）")),
                        ("measures", models.TextField(verbose_name="处置措施")),
                        (
                            "reported_on",
                            models.DateField(blank=True, null=True, verbose_name="报告主管部门日期"),
                        ),
                        ("told_on", models.DateField(blank=True, null=True, verbose_name="告知监护人日期")),
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
                        "verbose_name": "未成年人信息安全事件",
                        "verbose_name_plural": "未成年人信息安全事件",
                        "ordering": ["-found_on", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Nomination",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "field",
                            models.CharField(
                                choices=[
                                    ("nature", "自然科学"),
                                    ("maths", "数学"),
                                    ("engineering", "工程技术"),
                                    ("computing", "信息科技"),
                                    ("life", "生命科学"),
                                    ("earth", "地球与海洋"),
                                ],
                                max_length=12,
                                verbose_name="方向",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("proposed", "待同意"),
                                    ("consented", "已同意"),
                                    ("active", "培养中"),
                                    ("declined", "未同意"),
                                    ("ended", "已结束"),
                                ],
                                default="proposed",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("statement_sealed", models.BinaryField(verbose_name="推荐理由（密文）")),
                        (
                            "consented_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="监护人同意时间"),
                        ),
                        (
                            "signer_sealed",
                            models.BinaryField(blank=True, null=True, verbose_name="签字人（密文）"),
                        ),
                        (
                            "started_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="开始培养时间"),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                        (
                            "consented_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="同意的监护人账号",
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
                            "mentor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="talent.person",
                                verbose_name="导师",
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
                        "verbose_name": "科学潜质学生培养",
                        "verbose_name_plural": "科学潜质学生培养",
                    },
                ),
                migrations.CreateModel(
                    name="Outing",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="开始时间")),
                        ("heads", models.PositiveSmallIntegerField(verbose_name="应到（人）")),
                        (
                            "came",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="实到（人）"
                            ),
                        ),
                        (
                            "confirmed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="基地确认时间"),
                        ),
                        (
                            "cancelled_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="取消时间"),
                        ),
                        (
                            "base",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="基地",
                            ),
                        ),
                        (
                            "batch",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="youth_credits.batch",
                                verbose_name="学分批次",
                            ),
                        ),
                        (
                            "confirmed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="基地确认人",
                            ),
                        ),
                        (
                            "course",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="outings",
                                to="youth_credits.course",
                                verbose_name="学分课程",
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
                        "verbose_name": "课程外出",
                        "verbose_name_plural": "课程外出",
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
                            "uuid",
                            models.UUIDField(
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "title",
                            models.CharField(
                                help_text="请勿写学生姓名。", max_length=100, verbose_name="课题"
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="开始日期")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                        (
                            "report_sealed",
                            models.BinaryField(blank=True, null=True, verbose_name="小结（密文）"),
                        ),
                        (
                            "nomination",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="projects",
                                to="youth_credits.nomination",
                                verbose_name="培养",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "培养课题",
                        "verbose_name_plural": "培养课题",
                        "ordering": ["starts_on", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ProviderFigure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("school_year", models.PositiveSmallIntegerField(verbose_name="学年")),
                        ("provider", models.CharField(max_length=100, verbose_name="举办单位")),
                        ("entries", models.PositiveIntegerField(verbose_name="记录数")),
                        ("heads", models.PositiveIntegerField(verbose_name="学生（人）")),
                        (
                            "credits",
                            models.DecimalField(decimal_places=2, max_digits=10, verbose_name="学分"),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "举办单位学分",
                        "verbose_name_plural": "举办单位学分",
                    },
                ),
                migrations.CreateModel(
                    name="Publication",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        ("term", models.CharField(max_length=8, verbose_name="学期")),
                        ("starts_on", models.DateField(verbose_name="学期起始日期")),
                        ("ends_on", models.DateField(help_text="不含当日。", verbose_name="学期终止日期")),
                        (
                            "status",
                            models.CharField(
                                choices=[("open", "登记中"), ("published", "公示中"), ("archived", "已归档")],
                                default="open",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("heads", models.PositiveIntegerField(default=0, verbose_name="公示学生（人）")),
                        ("entries", models.PositiveIntegerField(default=0, verbose_name="公示记录（条）")),
                        (
                            "published_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="公示时间"),
                        ),
                        (
                            "appeals_until",
                            models.DateField(blank=True, null=True, verbose_name="申诉截止日期"),
                        ),
                        ("archived_at", models.DateTimeField(blank=True, null=True, verbose_name="归档时间")),
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
                        "verbose_name": "学期公示",
                        "verbose_name_plural": "学期公示",
                    },
                ),
                migrations.CreateModel(
                    name="RetentionRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "subject",
                            models.CharField(
                                choices=[
                                    ("student", "毕业或离校学生的姓名和学籍号"),
                                    ("slip", "未使用的监护人开户单"),
                                    ("case", "查阅申请"),
                                    ("appeal", "申诉的说明与答复"),
                                    ("rights", "权利请求的说明与答复"),
                                ],
                                max_length=10,
                                unique=True,
                                verbose_name="对象",
                            ),
                        ),
                        (
                            "days",
                            models.PositiveIntegerField(
                                help_text="从离校、失效或办结之日起算。", verbose_name="保存期限（日）"
                            ),
                        ),
                        (
                            "notice_days",
                            models.PositiveSmallIntegerField(
                                default=7, help_text="列入预告后满这些天才执行。", verbose_name="预告期（日）"
                            ),
                        ),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
                    ],
                    options={
                        "verbose_name": "保存期限",
                        "verbose_name_plural": "保存期限",
                        "ordering": ["subject"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("days__gte", 1)),
                                name="retention_rule_keeps_at_least_a_day",
                                violation_error_message="保存期限至少 1 日。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("subject", "case"), _negated=True),
                                    ("days__gte", 1095),
                                    _connector="OR",
                                ),
                                name="retention_rule_keeps_what_was_looked_at_three_years",
                                violation_error_message="查阅记录至少保存三年（1,095 日）：个人信息保护法第五十六条。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RetentionPlan",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("planned_on", models.DateField(verbose_name="预告日期")),
                        ("due_on", models.DateField(verbose_name="执行日期")),
                        (
                            "status",
                            models.CharField(
                                choices=[("shown", "预告中"), ("done", "已执行"), ("stopped", "已停止")],
                                default="shown",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("keys", models.JSONField(editable=False, verbose_name="到期记录编号")),
                        ("count", models.PositiveIntegerField(verbose_name="到期（条）")),
                        ("done_count", models.PositiveIntegerField(default=0, verbose_name="已处理（条）")),
                        ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="执行时间")),
                        ("stopped_at", models.DateTimeField(blank=True, null=True, verbose_name="停止时间")),
                        (
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="plans",
                                to="youth_credits.retentionrule",
                                verbose_name="保存期限",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "到期处理预告",
                        "verbose_name_plural": "到期处理预告",
                    },
                ),
                migrations.CreateModel(
                    name="RollOut",
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
                            "grade_from",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                verbose_name="起始年级",
                            ),
                        ),
                        (
                            "grade_to",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                verbose_name="终止年级",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="开始实施日期")),
                        (
                            "ends_on",
                            models.DateField(
                                blank=True,
                                help_text="不含当日；不填为长期。",
                                null=True,
                                verbose_name="停止实施日期",
                            ),
                        ),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
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
                        "verbose_name": "学分制实施范围",
                        "verbose_name_plural": "学分制实施范围",
                    },
                ),
                migrations.CreateModel(
                    name="RollOver",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="办理编号"
                            ),
                        ),
                        (
                            "school_year",
                            models.PositiveSmallIntegerField(
                                help_text="学年开始的年份。", verbose_name="学年"
                            ),
                        ),
                        ("promoted", models.PositiveIntegerField(default=0, verbose_name="升级（人）")),
                        ("repeated", models.PositiveIntegerField(default=0, verbose_name="留级（人）")),
                        ("left", models.PositiveIntegerField(default=0, verbose_name="毕业或离校（人）")),
                        ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
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
                            "undone_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="撤销人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学年升级",
                        "verbose_name_plural": "学年升级",
                    },
                ),
                migrations.CreateModel(
                    name="RuleTrial",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "school_year",
                            models.PositiveSmallIntegerField(
                                help_text="学年开始的年份。", verbose_name="学年"
                            ),
                        ),
                        ("result", models.JSONField(blank=True, default=dict, verbose_name="结果")),
                        (
                            "created_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="发起时间"),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
                        (
                            "area",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.region",
                                verbose_name="试算区域",
                            ),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="发起人",
                            ),
                        ),
                        (
                            "rule_set",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="trials",
                                to="youth_credits.creditruleset",
                                verbose_name="规则版本",
                            ),
                        ),
                        (
                            "schools",
                            models.ManyToManyField(
                                blank=True,
                                help_text="不选为区域内全部学校。",
                                related_name="+",
                                to="portal.organization",
                                verbose_name="试算学校",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "规则试算",
                        "verbose_name_plural": "规则试算",
                    },
                ),
                migrations.CreateModel(
                    name="SpotCheck",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "term",
                            models.CharField(
                                help_text="该学期内审核通过的记录，如 S2026T1。",
                                max_length=8,
                                verbose_name="学期",
                            ),
                        ),
                        (
                            "share",
                            models.DecimalField(decimal_places=3, max_digits=4, verbose_name="抽查比例"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[("drawn", "待批准"), ("approved", "核查中"), ("done", "已办结")],
                                default="drawn",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("seed", models.CharField(editable=False, max_length=64, verbose_name="抽取种子")),
                        ("drawn_at", models.DateTimeField(verbose_name="抽取时间")),
                        (
                            "last_entry",
                            models.BigIntegerField(editable=False, verbose_name="抽取时最后一条记录"),
                        ),
                        ("schools", models.JSONField(editable=False, verbose_name="抽取范围（学校）")),
                        ("population", models.PositiveIntegerField(verbose_name="总体（条）")),
                        ("drawn", models.PositiveIntegerField(verbose_name="抽中（条）")),
                        (
                            "digest",
                            models.CharField(editable=False, max_length=64, verbose_name="抽取结果摘要"),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                        ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                        ("outcome", models.TextField(blank=True, verbose_name="结论")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="批准人",
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
                        "verbose_name": "学分抽查",
                        "verbose_name_plural": "学分抽查",
                    },
                ),
                migrations.CreateModel(
                    name="Student",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "grade",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                verbose_name="年级",
                            ),
                        ),
                        ("class_number", models.PositiveSmallIntegerField(verbose_name="班级")),
                        ("number_sealed", models.BinaryField(verbose_name="学籍号（密文）")),
                        (
                            "number_hash",
                            models.BinaryField(max_length=32, unique=True, verbose_name="学籍号摘要"),
                        ),
                        ("number_masked", models.CharField(max_length=19, verbose_name="学籍号")),
                        ("name_sealed", models.BinaryField(verbose_name="姓名（密文）")),
                        ("name_hash", models.BinaryField(max_length=32, verbose_name="姓名摘要")),
                        ("name_masked", models.CharField(max_length=30, verbose_name="姓名")),
                        (
                            "person_hash",
                            models.BinaryField(
                                help_text="只用来发现重复登记。",
                                max_length=32,
                                null=True,
                                verbose_name="姓名与出生日期摘要",
                            ),
                        ),
                        (
                            "turns_14_year",
                            models.PositiveSmallIntegerField(
                                help_text="为少留个人信息，不单独保存出生日期；当年年底前按未满14周岁保护。",
                                verbose_name="满14周岁年份",
                            ),
                        ),
                        (
                            "consent_version",
                            models.CharField(blank=True, max_length=20, verbose_name="监护人同意书版本"),
                        ),
                        (
                            "consented_on",
                            models.DateField(blank=True, null=True, verbose_name="监护人同意日期"),
                        ),
                        (
                            "withdrawn_on",
                            models.DateField(blank=True, null=True, verbose_name="撤回同意日期"),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="在校")),
                        (
                            "erased_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="清除身份信息时间"
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学生",
                        "verbose_name_plural": "学生",
                    },
                ),
                migrations.CreateModel(
                    name="SpecialCase",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        ("school_year", models.PositiveSmallIntegerField(verbose_name="学年")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("disability", "残疾"),
                                    ("illness", "长期病休"),
                                    ("late", "学年中途转入"),
                                    ("force_majeure", "不可抗力"),
                                ],
                                max_length=14,
                                verbose_name="情形",
                            ),
                        ),
                        (
                            "share",
                            models.DecimalField(
                                decimal_places=3, max_digits=4, verbose_name="最低学分按比例"
                            ),
                        ),
                        ("reason", models.CharField(max_length=300, verbose_name="事由")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("asked", "待审核"),
                                    ("approved", "已批准"),
                                    ("refused", "未批准"),
                                    ("ended", "已撤销"),
                                ],
                                default="asked",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="审核时间")),
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="审核人",
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
                            "proof",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="证明材料",
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
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="special_cases",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "特殊情形",
                        "verbose_name_plural": "特殊情形",
                    },
                ),
                migrations.CreateModel(
                    name="RollOverLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "fate",
                            models.CharField(
                                choices=[("promoted", "升级"), ("repeated", "留级"), ("left", "毕业或离校")],
                                max_length=10,
                                verbose_name="办理结果",
                            ),
                        ),
                        (
                            "grade_before",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                verbose_name="原年级",
                            ),
                        ),
                        ("class_before", models.PositiveSmallIntegerField(verbose_name="原班级")),
                        (
                            "roll_over",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lines",
                                to="youth_credits.rollover",
                                verbose_name="升级",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "升级明细",
                        "verbose_name_plural": "升级明细",
                    },
                ),
                migrations.CreateModel(
                    name="RollChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("is_new", models.BooleanField(verbose_name="新增")),
                        ("grade_before", models.PositiveSmallIntegerField(null=True, verbose_name="原年级")),
                        ("class_before", models.PositiveSmallIntegerField(null=True, verbose_name="原班级")),
                        ("name_sealed_before", models.BinaryField(null=True, verbose_name="原姓名（密文）")),
                        ("name_hash_before", models.BinaryField(null=True, verbose_name="原姓名摘要")),
                        (
                            "name_masked_before",
                            models.CharField(blank=True, max_length=30, verbose_name="原姓名"),
                        ),
                        ("was_active", models.BooleanField(default=True, verbose_name="原在校")),
                        (
                            "batch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="roll_changes",
                                to="youth_credits.batch",
                                verbose_name="批次",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "名册变更",
                        "verbose_name_plural": "名册变更",
                    },
                ),
                migrations.CreateModel(
                    name="RightsRequest",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("access", "查阅"),
                                    ("copy", "复制"),
                                    ("correction", "更正"),
                                    ("deletion", "删除"),
                                ],
                                max_length=12,
                                verbose_name="请求",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("filed", "待学校办理"),
                                    ("granted", "已办理"),
                                    ("refused", "不予办理"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="filed",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("account", "监护人本人在平台提出"),
                                    ("paper", "学校按纸质申请登记"),
                                ],
                                max_length=10,
                                verbose_name="提出方式",
                            ),
                        ),
                        ("filed_on", models.DateField(verbose_name="提出日期")),
                        ("due_on", models.DateField(verbose_name="办理期限")),
                        ("statement_sealed", models.BinaryField(verbose_name="说明（密文）")),
                        (
                            "signer_sealed",
                            models.BinaryField(blank=True, null=True, verbose_name="签字人（密文）"),
                        ),
                        (
                            "answer_sealed",
                            models.BinaryField(blank=True, null=True, verbose_name="书面答复（密文）"),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                        ("is_overdue", models.BooleanField(default=False, verbose_name="已逾期")),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
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
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rights_requests",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "个人信息权利请求",
                        "verbose_name_plural": "个人信息权利请求",
                    },
                ),
                migrations.CreateModel(
                    name="ResultRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("is_counted", models.BooleanField(verbose_name="登记学分")),
                        (
                            "batch",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="youth_credits.batch",
                                verbose_name="学分批次",
                            ),
                        ),
                        (
                            "result",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="events.result",
                                verbose_name="竞赛成绩",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "竞赛成绩登记",
                        "verbose_name_plural": "竞赛成绩登记",
                    },
                ),
                migrations.CreateModel(
                    name="OutingSeat",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("pass_number", models.CharField(max_length=12, verbose_name="通行证号")),
                        ("family_name", models.CharField(max_length=4, verbose_name="姓氏")),
                        ("came", models.BooleanField(null=True, verbose_name="基地确认到场")),
                        (
                            "base",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="基地",
                            ),
                        ),
                        (
                            "outing",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="seats",
                                to="youth_credits.outing",
                                verbose_name="课程外出",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "外出名单",
                        "verbose_name_plural": "外出名单",
                    },
                ),
                migrations.CreateModel(
                    name="OccasionClaim",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "student_id",
                                "activity_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                                verbose_name="主键",
                            ),
                        ),
                        ("entry", models.BigIntegerField(verbose_name="学分记录")),
                        ("starts_at", models.DateTimeField(null=True, verbose_name="开始时间")),
                        ("ends_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                        ("school_year", models.PositiveSmallIntegerField(verbose_name="学年")),
                        (
                            "activity",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="youth_credits.activity",
                                verbose_name="活动",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="记录学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "活动占用",
                        "verbose_name_plural": "活动占用",
                    },
                ),
                migrations.AddField(
                    model_name="nomination",
                    name="student",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="nominations",
                        to="youth_credits.student",
                        verbose_name="学生",
                    ),
                ),
                migrations.CreateModel(
                    name="GuardianSlip",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "printing",
                            models.UUIDField(default=uuid.uuid4, editable=False, verbose_name="打印批次"),
                        ),
                        ("login_name", models.CharField(max_length=20, unique=True, verbose_name="登录名")),
                        (
                            "code_hash",
                            models.BinaryField(max_length=32, unique=True, verbose_name="开户码摘要"),
                        ),
                        (
                            "made_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="打印时间"),
                        ),
                        ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                        ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="作废时间")),
                        ("redeemed_at", models.DateTimeField(blank=True, null=True, verbose_name="使用时间")),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="打印人",
                            ),
                        ),
                        (
                            "redeemed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="使用人",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="slips",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "监护人开户单",
                        "verbose_name_plural": "监护人开户单",
                    },
                ),
                migrations.CreateModel(
                    name="Guardianship",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "confirmed_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="确认时间"),
                        ),
                        (
                            "guardian",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="guardianships",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="监护人",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="确认学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="guardianships",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "监护关系",
                        "verbose_name_plural": "监护关系",
                    },
                ),
                migrations.CreateModel(
                    name="FamilyClaim",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="活动名称")),
                        ("provider", models.CharField(max_length=100, verbose_name="活动地点或单位")),
                        ("held_on", models.DateField(verbose_name="活动日期")),
                        ("minutes", models.PositiveSmallIntegerField(verbose_name="时长（分钟）")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("sent", "待学校确认"),
                                    ("confirmed", "已确认"),
                                    ("refused", "未确认"),
                                ],
                                default="sent",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="学校意见")),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="确认时间")),
                        (
                            "batch",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="youth_credits.batch",
                                verbose_name="学分批次",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="确认人",
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
                            "proof",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.attachment",
                                verbose_name="佐证材料",
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
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="youth_credits.creditrule",
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="family_claims",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "家庭活动申报",
                        "verbose_name_plural": "家庭活动申报",
                    },
                ),
                migrations.CreateModel(
                    name="Enrolment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "grade",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                verbose_name="年级",
                            ),
                        ),
                        ("class_number", models.PositiveSmallIntegerField(verbose_name="班级")),
                        ("starts_on", models.DateField(verbose_name="起始日期")),
                        (
                            "ends_on",
                            models.DateField(
                                blank=True,
                                help_text="不含当日；不填为至今。",
                                null=True,
                                verbose_name="终止日期",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="enrolments",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "在读记录",
                        "verbose_name_plural": "在读记录",
                    },
                ),
                migrations.CreateModel(
                    name="DrawnEntry",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        ("entry", models.BigIntegerField(verbose_name="抽中的记录")),
                        (
                            "finding",
                            models.CharField(
                                choices=[
                                    ("pending", "待核查"),
                                    ("right", "属实"),
                                    ("wrong", "不属实"),
                                    ("unclear", "材料不足"),
                                ],
                                default="pending",
                                max_length=10,
                                verbose_name="核查结果",
                            ),
                        ),
                        (
                            "note_sealed",
                            models.BinaryField(blank=True, null=True, verbose_name="核查说明（密文）"),
                        ),
                        ("found_at", models.DateTimeField(blank=True, null=True, verbose_name="核查时间")),
                        (
                            "found_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="核查人",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="记录学校",
                            ),
                        ),
                        (
                            "spot_check",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="entries",
                                to="youth_credits.spotcheck",
                                verbose_name="抽查",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "抽中的记录",
                        "verbose_name_plural": "抽中的记录",
                    },
                ),
                migrations.SeparateDatabaseAndState(
                    state_operations=[
                        migrations.CreateModel(
                            name="Credit",
                            fields=[
                                (
                                    "id",
                                    models.BigAutoField(
                                        primary_key=True, serialize=False, verbose_name="编号"
                                    ),
                                ),
                                (
                                    "recorded_at",
                                    models.DateTimeField(
                                        db_default=django.db.models.functions.datetime.Now(),
                                        verbose_name="录入时间",
                                    ),
                                ),
                                (
                                    "reverses",
                                    models.BigIntegerField(
                                        blank=True,
                                        db_column="reverses_id",
                                        null=True,
                                        verbose_name="冲销的记录",
                                    ),
                                ),
                                (
                                    "starts_at",
                                    models.DateTimeField(blank=True, null=True, verbose_name="开始时间"),
                                ),
                                (
                                    "ends_at",
                                    models.DateTimeField(blank=True, null=True, verbose_name="结束时间"),
                                ),
                                ("minutes", models.IntegerField(verbose_name="时长（分钟）")),
                                ("surplus_minutes", models.IntegerField(verbose_name="未计学分时长（分钟）")),
                                (
                                    "school_year",
                                    models.PositiveSmallIntegerField(
                                        help_text="学年开始的年份。", verbose_name="学年"
                                    ),
                                ),
                                (
                                    "earned",
                                    models.DecimalField(
                                        decimal_places=2,
                                        help_text="未计上限之前。",
                                        max_digits=6,
                                        verbose_name="可得学分",
                                    ),
                                ),
                                (
                                    "credits",
                                    models.DecimalField(decimal_places=2, max_digits=6, verbose_name="学分"),
                                ),
                                (
                                    "source",
                                    models.CharField(
                                        choices=[
                                            ("roster", "班级登记"),
                                            ("workbook", "学分表"),
                                            ("check_in", "活动签到"),
                                            ("base", "基地确认"),
                                            ("certificate", "证书编号"),
                                            ("family", "家庭活动"),
                                            ("reversal", "冲销"),
                                        ],
                                        max_length=12,
                                        verbose_name="来源",
                                    ),
                                ),
                                (
                                    "reason",
                                    models.CharField(
                                        blank=True,
                                        choices=[
                                            ("", "足额"),
                                            ("year_cap", "超出本类学年上限"),
                                            ("day_cap", "超出本类每日上限"),
                                            ("provider_cap", "超出同一单位学年次数"),
                                            ("repeated", "同一课程或作品已计分"),
                                            ("too_short", "未达最短时长"),
                                            ("reversal", "冲销"),
                                        ],
                                        max_length=12,
                                        verbose_name="说明",
                                    ),
                                ),
                                (
                                    "award",
                                    models.CharField(blank=True, max_length=12, verbose_name="获奖等级"),
                                ),
                                (
                                    "certificate",
                                    models.CharField(blank=True, max_length=60, verbose_name="证书编号"),
                                ),
                                (
                                    "note",
                                    models.CharField(
                                        blank=True, db_default="", max_length=300, verbose_name="冲销理由"
                                    ),
                                ),
                                (
                                    "activity",
                                    models.ForeignKey(
                                        db_constraint=False,
                                        db_index=False,
                                        on_delete=django.db.models.deletion.DO_NOTHING,
                                        related_name="+",
                                        to="youth_credits.activity",
                                        verbose_name="活动",
                                    ),
                                ),
                                (
                                    "batch",
                                    models.ForeignKey(
                                        db_constraint=False,
                                        db_index=False,
                                        on_delete=django.db.models.deletion.DO_NOTHING,
                                        related_name="+",
                                        to="youth_credits.batch",
                                        verbose_name="批次",
                                    ),
                                ),
                                (
                                    "recorder",
                                    models.ForeignKey(
                                        db_constraint=False,
                                        db_index=False,
                                        on_delete=django.db.models.deletion.DO_NOTHING,
                                        related_name="+",
                                        to=settings.AUTH_USER_MODEL,
                                        verbose_name="录入人",
                                    ),
                                ),
                                (
                                    "school",
                                    models.ForeignKey(
                                        db_constraint=False,
                                        db_index=False,
                                        on_delete=django.db.models.deletion.DO_NOTHING,
                                        related_name="+",
                                        to="portal.organization",
                                        verbose_name="记录学校",
                                    ),
                                ),
                                (
                                    "rule",
                                    models.ForeignKey(
                                        db_constraint=False,
                                        db_index=False,
                                        on_delete=django.db.models.deletion.DO_NOTHING,
                                        related_name="+",
                                        to="youth_credits.creditrule",
                                        verbose_name="所据规则",
                                    ),
                                ),
                                (
                                    "student",
                                    models.ForeignKey(
                                        db_constraint=False,
                                        db_index=False,
                                        on_delete=django.db.models.deletion.DO_NOTHING,
                                        related_name="+",
                                        to="youth_credits.student",
                                        verbose_name="学生",
                                    ),
                                ),
                            ],
                            options={
                                "verbose_name": "学分记录",
                                "verbose_name_plural": "学分记录",
                            },
                        ),
                    ]
                ),
                migrations.CreateModel(
                    name="Credential",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        ("claims", models.JSONField(editable=False, verbose_name="凭证内容")),
                        (
                            "asked_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="申请时间"),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="申请的监护人",
                            ),
                        ),
                        (
                            "paper",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.issuedpaper",
                                verbose_name="签发文书",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "award",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="youth_credits.hoursaward",
                                verbose_name="时长奖章",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="credentials",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "数字凭证",
                        "verbose_name_plural": "数字凭证",
                    },
                ),
                migrations.CreateModel(
                    name="CourseClaim",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "student_id",
                                "course",
                                "code",
                                "level",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                                verbose_name="主键",
                            ),
                        ),
                        ("course", models.UUIDField(verbose_name="课程标识")),
                        ("code", models.CharField(max_length=4, verbose_name="类别代码")),
                        (
                            "level",
                            models.IntegerField(
                                help_text="课程为 1，作品为该等级可得的学分。",
                                verbose_name="等级（百分之一学分）",
                            ),
                        ),
                        ("entry", models.BigIntegerField(verbose_name="学分记录")),
                        (
                            "student",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "课程占用",
                        "verbose_name_plural": "课程占用",
                    },
                ),
                migrations.CreateModel(
                    name="Consent",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("given", "同意"), ("withdrawn", "撤回同意")],
                                max_length=10,
                                verbose_name="内容",
                            ),
                        ),
                        ("version", models.CharField(max_length=20, verbose_name="同意书版本")),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("account", "监护人本人在平台办理"),
                                    ("paper", "学校按纸质签字件登记"),
                                    ("child", "学校按满14周岁学生本人签字件登记"),
                                    ("roll", "学校按名册登记"),
                                ],
                                max_length=10,
                                verbose_name="方式",
                            ),
                        ),
                        ("on", models.DateField(verbose_name="签署日期")),
                        (
                            "signer_sealed",
                            models.BinaryField(blank=True, null=True, verbose_name="签字人（密文）"),
                        ),
                        (
                            "recorded_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="登记时间"),
                        ),
                        (
                            "guardian",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="监护人账号",
                            ),
                        ),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="consents",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "监护人同意记录",
                        "verbose_name_plural": "监护人同意记录",
                    },
                ),
                migrations.CreateModel(
                    name="CertificateClaim",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "school_id",
                                "certificate",
                                "member",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                                verbose_name="主键",
                            ),
                        ),
                        ("certificate", models.CharField(max_length=60, verbose_name="证书编号")),
                        (
                            "member",
                            models.BigIntegerField(
                                db_default=0,
                                help_text="团队证书为该学生，其他为 0。",
                                verbose_name="团队成员",
                            ),
                        ),
                        ("entry", models.BigIntegerField(verbose_name="学分记录")),
                        (
                            "school",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="记录学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "证书占用",
                        "verbose_name_plural": "证书占用",
                    },
                ),
                migrations.CreateModel(
                    name="Appeal",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "entry",
                            models.BigIntegerField(
                                blank=True, help_text="漏记活动时不填。", null=True, verbose_name="针对的记录"
                            ),
                        ),
                        (
                            "ground",
                            models.CharField(
                                choices=[
                                    ("missing", "漏记活动"),
                                    ("credits", "学分不对"),
                                    ("minutes", "时长不对"),
                                    ("kind", "类别或级别不对"),
                                    ("not_there", "孩子没有参加"),
                                    ("other", "其他"),
                                ],
                                max_length=10,
                                verbose_name="事由",
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("filed", "待学校答复"),
                                    ("upheld", "学校已采纳"),
                                    ("rejected", "学校未采纳"),
                                    ("escalated", "区教育局处理中"),
                                    ("granted", "区教育局支持申诉"),
                                    ("denied", "区教育局维持学校答复"),
                                    ("refused", "不予受理"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="filed",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "way",
                            models.CharField(
                                choices=[
                                    ("account", "监护人本人在平台提出"),
                                    ("paper", "学校按纸质申诉登记"),
                                ],
                                max_length=10,
                                verbose_name="提出方式",
                            ),
                        ),
                        ("filed_on", models.DateField(verbose_name="提出日期")),
                        ("due_on", models.DateField(blank=True, null=True, verbose_name="办理期限")),
                        ("statement_sealed", models.BinaryField(verbose_name="说明（密文）")),
                        (
                            "signer_sealed",
                            models.BinaryField(blank=True, null=True, verbose_name="签字人（密文）"),
                        ),
                        (
                            "answer_sealed",
                            models.BinaryField(blank=True, null=True, verbose_name="学校答复（密文）"),
                        ),
                        ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                        (
                            "escalated_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="提请时间"),
                        ),
                        (
                            "decision_sealed",
                            models.BinaryField(blank=True, null=True, verbose_name="区教育局决定（密文）"),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="决定时间")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                        ("is_overdue", models.BooleanField(default=False, verbose_name="已逾期")),
                        (
                            "answered_by",
                            models.ForeignKey(
                                blank=True,
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
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="决定人",
                            ),
                        ),
                        (
                            "first",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="repeats",
                                to="youth_credits.appeal",
                                verbose_name="此前的决定",
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
                            "publication",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appeals",
                                to="youth_credits.publication",
                                verbose_name="所属公示",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="appeals",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学分申诉",
                        "verbose_name_plural": "学分申诉",
                    },
                ),
                migrations.CreateModel(
                    name="AccessCase",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "origin",
                            models.CharField(
                                choices=[
                                    ("request", "专项核查"),
                                    ("appeal", "处理申诉"),
                                    ("spot_check", "抽查"),
                                ],
                                default="request",
                                max_length=12,
                                verbose_name="来由",
                            ),
                        ),
                        ("reason", models.CharField(max_length=300, verbose_name="事由")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("requested", "待批准"),
                                    ("approved", "已批准"),
                                    ("refused", "未批准"),
                                    ("ended", "已结束"),
                                ],
                                default="requested",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "requested_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="申请时间"),
                        ),
                        ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="批准时间")),
                        ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="截止时间")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                        (
                            "approved_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="批准人",
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="申请人",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="access_cases",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "查阅申请",
                        "verbose_name_plural": "查阅申请",
                    },
                ),
                migrations.CreateModel(
                    name="StudentPass",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.CharField(max_length=12, unique=True, verbose_name="通行证号")),
                        (
                            "number_hash",
                            models.BinaryField(max_length=32, unique=True, verbose_name="通行证号摘要"),
                        ),
                        ("issued_at", models.DateTimeField(auto_now_add=True, verbose_name="签发时间")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="停用时间")),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="passes",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学生通行证",
                        "verbose_name_plural": "学生通行证",
                    },
                ),
                migrations.CreateModel(
                    name="StudentYear",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("school_year", models.PositiveSmallIntegerField(verbose_name="学年")),
                        (
                            "credits",
                            models.DecimalField(
                                decimal_places=2, default=0, max_digits=8, verbose_name="学分"
                            ),
                        ),
                        (
                            "off_campus_credits",
                            models.DecimalField(
                                decimal_places=2, default=0, max_digits=8, verbose_name="校外学分"
                            ),
                        ),
                        ("minutes", models.IntegerField(default=0, verbose_name="时长（分钟）")),
                        ("entries", models.IntegerField(default=0, verbose_name="记录数")),
                        (
                            "student",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="years",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学年学分",
                        "verbose_name_plural": "学年学分",
                    },
                ),
                migrations.CreateModel(
                    name="Suspicion",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("overlap", "活动时间重叠"),
                                    ("too_far", "两地相距较远"),
                                    ("over_capacity", "超出场次名额"),
                                    ("certificate", "证书编号重复"),
                                    ("same_file", "文件重复"),
                                    ("identical", "大量相同记录"),
                                    ("long_day", "时长超出常理"),
                                    ("double", "学生可能重复登记"),
                                    ("recorder", "录入情况异常"),
                                    ("base", "单位学分异常"),
                                ],
                                max_length=14,
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "key",
                            models.CharField(
                                editable=False, max_length=120, unique=True, verbose_name="疑点键"
                            ),
                        ),
                        ("reason", models.CharField(max_length=300, verbose_name="理由")),
                        ("school_year", models.PositiveSmallIntegerField(verbose_name="学年")),
                        ("entries", models.PositiveIntegerField(default=0, verbose_name="涉及记录（条）")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("raised", "待核查"),
                                    ("cleared", "核查无问题"),
                                    ("corrected", "已更正"),
                                    ("upheld", "查实违规"),
                                ],
                                default="raised",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("seen_at", models.DateTimeField(verbose_name="最近发现时间")),
                        ("worked_at", models.DateTimeField(blank=True, null=True, verbose_name="核查时间")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="核查说明")),
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
                            "recorder",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="录入人",
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
                            "worked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="核查人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学分疑点",
                        "verbose_name_plural": "学分疑点",
                    },
                ),
                migrations.CreateModel(
                    name="SuspicionEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("entry", models.PositiveBigIntegerField(db_index=True, verbose_name="学分记录")),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "suspicion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="marks",
                                to="youth_credits.suspicion",
                                verbose_name="疑点",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "疑点记录",
                        "verbose_name_plural": "疑点记录",
                    },
                ),
                migrations.CreateModel(
                    name="TeamCertificate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("certificate", models.CharField(max_length=60, verbose_name="证书编号")),
                        (
                            "said_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="登记时间"
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "团队证书",
                        "verbose_name_plural": "团队证书",
                    },
                ),
                migrations.CreateModel(
                    name="TimeLimit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                choices=[
                                    ("appeal", "公示后申诉"),
                                    ("answer", "学校答复申诉"),
                                    ("escalation", "不服学校答复，提请区教育局处理"),
                                    ("decision", "区教育局作出决定"),
                                    ("rights", "答复个人信息权利请求"),
                                    ("access", "查阅批准后的有效期"),
                                ],
                                max_length=12,
                                verbose_name="环节",
                            ),
                        ),
                        ("working_days", models.PositiveSmallIntegerField(verbose_name="期限（工作日）")),
                        ("in_force_from", models.DateField(verbose_name="启用日期")),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
                    ],
                    options={
                        "verbose_name": "办理期限",
                        "verbose_name_plural": "办理期限",
                        "ordering": ["step", "-in_force_from"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("step", "in_force_from"),
                                name="time_limit_once_per_step_and_day",
                                violation_error_message="该环节在此日期已有期限。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("working_days__gte", 1), ("working_days__lte", 250)),
                                name="time_limit_from_1_to_250_days",
                                violation_error_message="期限应为 1 至 250 个工作日。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TotalsWanted",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "school_id",
                                "school_year",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                                verbose_name="主键",
                            ),
                        ),
                        (
                            "school_year",
                            models.PositiveSmallIntegerField(
                                help_text="学年开始的年份。", verbose_name="学年"
                            ),
                        ),
                        (
                            "wanted_at",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="提出时间"),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "待更新的学分分布",
                        "verbose_name_plural": "待更新的学分分布",
                    },
                ),
                migrations.CreateModel(
                    name="TransferIn",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="办理编号"
                            ),
                        ),
                        ("number_hash", models.BinaryField(max_length=32, verbose_name="学籍号摘要")),
                        ("number_masked", models.CharField(max_length=19, verbose_name="学籍号")),
                        ("name_hash", models.BinaryField(max_length=32, verbose_name="姓名摘要")),
                        ("name_masked", models.CharField(max_length=30, verbose_name="姓名")),
                        (
                            "grade",
                            models.PositiveSmallIntegerField(
                                choices=[
                                    (1, "一年级"),
                                    (2, "二年级"),
                                    (3, "三年级"),
                                    (4, "四年级"),
                                    (5, "五年级"),
                                    (6, "六年级"),
                                    (7, "七年级"),
                                    (8, "八年级"),
                                    (9, "九年级"),
                                ],
                                verbose_name="转入年级",
                            ),
                        ),
                        ("class_number", models.PositiveSmallIntegerField(verbose_name="转入班级")),
                        ("starts_on", models.DateField(verbose_name="转入日期")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("asked", "待原学校办理"),
                                    ("done", "已转入"),
                                    ("closed", "未能办理"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="asked",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
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
                        "verbose_name": "转入申请",
                        "verbose_name_plural": "转入申请",
                    },
                ),
                migrations.CreateModel(
                    name="TransferOut",
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
                                default=uuid.uuid4, editable=False, unique=True, verbose_name="办理编号"
                            ),
                        ),
                        (
                            "asked_for",
                            models.UUIDField(
                                blank=True, editable=False, null=True, unique=True, verbose_name="转入申请"
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("asked", "待本校答复"),
                                    ("released", "已同意，待接收"),
                                    ("refused", "未同意"),
                                    ("done", "已转出"),
                                    ("closed", "已失效"),
                                ],
                                default="asked",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                        ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="答复时间")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
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
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                        (
                            "to_school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="转入学校",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "转出",
                        "verbose_name_plural": "转出",
                    },
                ),
                migrations.CreateModel(
                    name="UploadMark",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("batch", models.BigIntegerField(unique=True, verbose_name="批次")),
                        ("digest", models.BinaryField(db_index=True, max_length=32, verbose_name="文件摘要")),
                        ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="上传时间")),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "上传文件摘要",
                        "verbose_name_plural": "上传文件摘要",
                    },
                ),
                migrations.CreateModel(
                    name="VisitRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("is_counted", models.BooleanField(verbose_name="登记学分")),
                        (
                            "check_in",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="events.checkin",
                                verbose_name="签到",
                            ),
                        ),
                        (
                            "school",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="portal.organization",
                                verbose_name="学校",
                            ),
                        ),
                        (
                            "student",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="youth_credits.student",
                                verbose_name="学生",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "活动签到登记",
                        "verbose_name_plural": "活动签到登记",
                    },
                ),
                migrations.AddIndex(
                    model_name="batch",
                    index=models.Index(fields=["organization", "-id"], name="batch_by_school"),
                ),
                migrations.AddConstraint(
                    model_name="batch",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="batch_belongs_to_a_school",
                        violation_error_message="批次必须属于一所学校。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="batch",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            (
                                "rows_read",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("rows_new"), "+", models.F("rows_changed")
                                        ),
                                        "+",
                                        models.F("rows_same"),
                                    ),
                                    "+",
                                    models.F("rows_faulty"),
                                ),
                            )
                        ),
                        name="batch_counts_add_up",
                        violation_error_message="读取行数应等于新增、变更、相同与有误之和。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="batch",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("rows_uncounted__lte", models.F("rows_new"))),
                        name="batch_uncounted_rows_are_new_rows",
                        violation_error_message="超出上限的行数不能多于新增行数。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="batch",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["kept", "verified"]), _negated=True),
                            ("kept_at__isnull", False),
                            _connector="OR",
                        ),
                        name="batch_kept_has_a_time",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="batch",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "verified"), _negated=True),
                            ("verified_at__isnull", False),
                            _connector="OR",
                        ),
                        name="batch_verified_has_a_time",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="batch",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("verified_by", None),
                            models.Q(("verified_by", models.F("created_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="batch_verified_by_a_second_person",
                        violation_error_message="录入与审核须由不同的人办理。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="activityshare",
                    constraint=models.UniqueConstraint(
                        fields=("school", "activity", "batch"), name="activity_share_once_per_school"
                    ),
                ),
                migrations.AddIndex(
                    model_name="course",
                    index=models.Index(fields=["status", "-id"], name="course_by_status"),
                ),
                migrations.AddConstraint(
                    model_name="course",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="course_belongs_to_a_base",
                        violation_error_message="课程必须属于一家单位。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="course",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["approved", "suspended"]), _negated=True),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("valid_from__isnull", False),
                                ("valid_until__gt", models.F("valid_from")),
                            ),
                            _connector="OR",
                        ),
                        name="course_approved_for_a_time",
                        violation_error_message="已认定的课程必须有生效日期和更晚的有效期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="course",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("minutes__gte", 60),
                            ("minutes__lte", 480),
                            (
                                "practice_minutes__gte",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("minutes"), "*", models.Value(2)
                                    ),
                                    "/",
                                    models.Value(3),
                                ),
                            ),
                            ("practice_minutes__lte", models.F("minutes")),
                        ),
                        name="course_is_two_thirds_practice",
                        violation_error_message="每次 60 至 480 分钟，动手时间不少于三分之二，且不超过总时长。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="course",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("grade_from__gte", 1),
                            ("grade_to__gte", models.F("grade_from")),
                            ("grade_to__lte", 9),
                        ),
                        name="course_grades_in_order",
                        violation_error_message="终止年级不能低于起始年级。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="course",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("capacity__gte", 1), ("capacity__lte", 300)),
                        name="course_for_somebody",
                        violation_error_message="每场名额应在 1 至 300 人之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="course",
                    constraint=models.UniqueConstraint(
                        fields=("organization", "title"),
                        name="course_title_once_per_base",
                        violation_error_message="本单位已有同名课程。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="activity",
                    constraint=models.UniqueConstraint(
                        fields=("school", "held_on", "rule", "name", "provider"),
                        name="activity_once_per_school_day_and_rule",
                        violation_error_message="本校当日已有此活动。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="creditruleset",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("approved_at__isnull", False)),
                        fields=("area", "in_force_from"),
                        name="credit_rule_set_once_per_area_and_day",
                        nulls_distinct=False,
                        violation_error_message="同一区域同一天已有另一个版本生效。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="creditruleset",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("step__gt", 0)),
                        name="credit_rule_set_step_above_zero",
                        violation_error_message="计分单位必须大于 0。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="creditruleset",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("grade_to__gte", models.F("grade_from"))),
                        name="credit_rule_set_grades_in_order",
                        violation_error_message="终止年级不能低于起始年级。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="creditrule",
                    constraint=models.UniqueConstraint(
                        fields=("rule_set", "code"),
                        name="credit_rule_once_per_set",
                        violation_error_message="该版本已有此类别。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="creditrule",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "minutes"), _negated=True),
                            ("unit_minutes__gt", 0),
                            _connector="OR",
                        ),
                        name="credit_rule_by_minutes_has_a_unit",
                        violation_error_message="按时长计分的类别必须填写单位时长。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="creditrule",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("cap_per_day", None), ("cap_per_day__gt", 0), _connector="OR"),
                        name="credit_rule_cap_per_day_above_zero",
                        violation_error_message="每日上限必须大于 0；不限的不填。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="export",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("made_at", None), ("rows", None), ("sha256", "")),
                            models.Q(
                                ("made_at__isnull", False),
                                ("rows__isnull", False),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="export_made_is_told_whole",
                        violation_error_message="已生成的导出须有行数、校验和与时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="export",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("class_number__isnull", False), ("grade__isnull", False), ("kind", "papers")
                            ),
                            models.Q(
                                models.Q(("kind", "papers"), _negated=True),
                                ("class_number", None),
                                ("grade", None),
                            ),
                            _connector="OR",
                        ),
                        name="export_of_papers_is_of_a_class",
                        violation_error_message="全班成绩单须写明班级。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="export",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)), name="export_of_a_school"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="incident",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("found_on__gte", models.F("happened_on"))),
                        name="incident_found_after_it_happened",
                        violation_error_message="发现日期不能早于发生日期。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="outing",
                    index=models.Index(fields=["organization", "-id"], name="outing_by_school"),
                ),
                migrations.AddIndex(
                    model_name="outing",
                    index=models.Index(fields=["base", "-id"], name="outing_by_base"),
                ),
                migrations.AddConstraint(
                    model_name="outing",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("heads__gte", 1), ("organization__isnull", False)),
                        name="outing_of_a_school",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="outing",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("came", None), ("confirmed_at", None), ("confirmed_by", None)),
                            models.Q(
                                ("came__lte", models.F("heads")),
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="outing_confirmed_by_somebody",
                        violation_error_message="基地确认须有确认人、时间和不超过应到的实到人数。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="outing",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("batch", None),
                            models.Q(("cancelled_at", None), ("confirmed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="outing_recorded_after_it_was_confirmed",
                        violation_error_message="基地确认之后才能登记学分。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="project",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="project_ends_after_it_starts",
                        violation_error_message="结束日期不能早于开始日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="providerfigure",
                    constraint=models.UniqueConstraint(
                        fields=("school", "school_year", "provider"), name="provider_figure_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="publication",
                    constraint=models.UniqueConstraint(
                        fields=("organization", "term"),
                        name="publication_once_per_school_and_term",
                        violation_error_message="本校该学期已有公示。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="publication",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="publication_belongs_to_a_school",
                        violation_error_message="公示必须属于一所学校。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="publication",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status", "open"),
                            models.Q(("appeals_until__isnull", False), ("published_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="publication_made_public_has_a_time_and_an_end_of_appeals",
                        violation_error_message="公示须有时间和申诉截止日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="publication",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "archived"), _negated=True),
                            ("archived_at__isnull", False),
                            _connector="OR",
                        ),
                        name="publication_archived_has_a_time",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="publication",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="publication_term_ends_after_it_starts",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="retentionplan",
                    constraint=models.UniqueConstraint(
                        fields=("rule", "planned_on"), name="retention_plan_once_per_rule_and_day"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="retentionplan",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("due_on__gt", models.F("planned_on"))),
                        name="retention_plan_is_shown_before_it_is_done",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="retentionplan",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            ("done_at__isnull", False),
                            _connector="OR",
                        ),
                        name="retention_plan_done_has_a_time",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rollout",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("grade_from__gte", 1),
                            ("grade_to__gte", models.F("grade_from")),
                            ("grade_to__lte", 9),
                        ),
                        name="roll_out_grades_in_order",
                        violation_error_message="终止年级不能低于起始年级，且应在一至九年级之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rollout",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="roll_out_ends_after_it_starts",
                        violation_error_message="停止实施日期必须晚于开始实施日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rollout",
                    constraint=models.UniqueConstraint(
                        fields=("region", "organization", "grade_from", "starts_on"),
                        name="roll_out_once_per_place_grade_and_day",
                        nulls_distinct=False,
                        violation_error_message="该区域（学校）自此日起已有这一年级段，请修改原有的一条。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rollover",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("organization", "school_year"),
                        name="roll_over_once_per_school_and_year",
                        violation_error_message="本校这一学年已办理升级。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rollover",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="roll_over_belongs_to_a_school",
                        violation_error_message="升级必须属于一所学校。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rollover",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at", None), ("undone_by", None)),
                            models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="roll_over_undone_by_somebody",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="spotcheck",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("share__gte", "0.05"), ("share__lte", 1)),
                        name="spot_check_draws_at_least_five_in_a_hundred",
                        violation_error_message="抽查比例应为 5% 至 100%。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="spotcheck",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("drawn__gte", 1), ("drawn__lte", models.F("population"))),
                        name="spot_check_draws_no_more_than_there_is",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="spotcheck",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status", "drawn"),
                                models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("approved_by", None),
                                models.Q(("approved_by", models.F("created_by")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="spot_check_approved_by_a_second_person",
                        violation_error_message="抽查须由另一人批准后开展。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="spotcheck",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(("done_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="spot_check_done_has_a_time_and_an_outcome",
                        violation_error_message="办结须填写结论。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="student",
                    index=models.Index(
                        fields=["school", "grade", "class_number", "id"], name="student_by_class"
                    ),
                ),
                migrations.AddIndex(
                    model_name="student",
                    index=models.Index(fields=["school", "name_hash"], name="student_by_name"),
                ),
                migrations.AddIndex(
                    model_name="student",
                    index=models.Index(fields=["person_hash"], name="student_by_person"),
                ),
                migrations.AddConstraint(
                    model_name="student",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("class_number__gte", 1), ("class_number__lte", 99)),
                        name="student_class_from_1_to_99",
                        violation_error_message="班级应为 1 至 99。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="student",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("grade__gte", 1), ("grade__lte", 9)),
                        name="student_grade_from_1_to_9",
                        violation_error_message="年级应为一年级至九年级。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="student",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("consent_version", ""), ("consented_on", None)),
                            models.Q(
                                ("consented_on__isnull", False),
                                models.Q(("consent_version", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="student_consent_has_day_and_version",
                        violation_error_message="监护人同意须同时有同意书版本和日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="specialcase",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("share__gte", 0), ("share__lt", 1)),
                        name="special_case_share_from_nothing_to_all",
                        violation_error_message="比例应在 0 至 1 之间，且小于 1。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="specialcase",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status", "asked"),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("created_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="special_case_decided_by_a_second_person",
                        violation_error_message="申报与审核须由不同的人办理。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="specialcase",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("status__in", ["asked", "approved"])),
                        fields=("student", "school_year"),
                        name="special_case_one_a_year",
                        violation_error_message="该学生本学年已有在办或已批准的特殊情形。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rolloverline",
                    constraint=models.UniqueConstraint(
                        fields=("roll_over", "student"), name="roll_over_line_once_per_student"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rollchange",
                    constraint=models.UniqueConstraint(
                        fields=("batch", "student"), name="roll_change_once_per_batch_and_student"
                    ),
                ),
                migrations.AddIndex(
                    model_name="rightsrequest",
                    index=models.Index(fields=["organization", "status", "due_on"], name="rights_by_school"),
                ),
                migrations.AddConstraint(
                    model_name="rightsrequest",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "refused"), _negated=True),
                            models.Q(
                                ("answer_sealed__isnull", False),
                                ("answered_by__isnull", False),
                                ("ended_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="rights_request_refused_in_writing",
                        violation_error_message="不予办理须书面说明理由。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rightsrequest",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "granted"), _negated=True),
                            models.Q(("answered_by__isnull", False), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="rights_request_granted_by_somebody_at_a_time",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rightsrequest",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("due_on__gte", models.F("filed_on"))),
                        name="rights_request_due_after_it_was_filed",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rightsrequest",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("status", "filed")),
                        fields=("student", "kind"),
                        name="rights_request_open_once_per_kind",
                        violation_error_message="同一类请求正在办理。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="outingseat",
                    constraint=models.UniqueConstraint(
                        fields=("outing", "student"), name="outing_seat_once_per_student"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="nomination",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("status__in", ["proposed", "consented", "active"])),
                        fields=("student", "field"),
                        name="nomination_open_once_per_student_and_field",
                        violation_error_message="该学生在此方向已有推荐。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="nomination",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["consented", "active"]), _negated=True),
                            ("consented_at__isnull", False),
                            _connector="OR",
                        ),
                        name="nomination_goes_on_only_with_consent",
                        violation_error_message="须先有监护人同意。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="nomination",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "active"), _negated=True),
                            models.Q(("mentor__isnull", False), ("started_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="nomination_is_active_with_a_mentor",
                        violation_error_message="开始培养须先有导师。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="guardianslip",
                    index=models.Index(fields=["printing"], name="slip_by_printing"),
                ),
                migrations.AddConstraint(
                    model_name="guardianslip",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="slip_expires_after_it_was_made",
                        violation_error_message="失效时间必须晚于打印时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="guardianslip",
                    constraint=models.UniqueConstraint(
                        fields=("printing", "student"), name="slip_once_per_printing_and_student"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="guardianslip",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("redeemed_at", None), ("revoked_at", None)),
                        fields=("student",),
                        name="slip_open_once_per_student",
                        violation_error_message="该学生已有一张未使用的开户单。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="guardianslip",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("redeemed_at", None), ("revoked_at", None), _connector="OR"),
                        name="slip_is_used_or_revoked_not_both",
                        violation_error_message="已使用的开户单不能作废。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="guardianship",
                    constraint=models.UniqueConstraint(
                        fields=("guardian", "student"),
                        name="guardianship_once_per_person_and_child",
                        violation_error_message="该监护关系已登记。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="familyclaim",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("status", "sent")),
                            models.Q(
                                models.Q(("status", "sent"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="family_claim_decided_by_somebody",
                        violation_error_message="学校意见须有确认人和时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="familyclaim",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1), ("minutes__lte", 1440)),
                        name="family_claim_within_a_day",
                        violation_error_message="时长应在 1 至 1,440 分钟之间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="familyclaim",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("status", "refused"), _negated=True),
                        fields=("student", "held_on", "name"),
                        name="family_claim_once",
                        violation_error_message="该活动已申报。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="enrolment",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                        ),
                        name="enrolment_ends_after_it_starts",
                        violation_error_message="终止日期必须晚于起始日期。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="enrolment",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("ends_on", None)),
                        fields=("student",),
                        name="enrolment_open_once_per_student",
                        violation_error_message="该学生已有未结束的在读记录。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="enrolment",
                    constraint=models.UniqueConstraint(
                        fields=("student", "starts_on"),
                        name="enrolment_begins_once_a_day_per_student",
                        violation_error_message="该学生当日已有在读记录。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="drawnentry",
                    constraint=models.UniqueConstraint(
                        fields=("spot_check", "entry"), name="drawn_entry_once_per_check"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="drawnentry",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finding", "pending"), ("found_at", None), ("found_by", None)),
                            models.Q(
                                models.Q(("finding", "pending"), _negated=True),
                                ("found_at__isnull", False),
                                ("found_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="drawn_entry_found_has_a_person_and_a_time",
                        violation_error_message="核查结果须有核查人和时间。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="credit",
                    index=models.Index(fields=["student"], name="credit_by_student"),
                ),
                migrations.AddConstraint(
                    model_name="credit",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("reverses__isnull", False)),
                        fields=("reverses", "school_year"),
                        name="credit_reversed_once",
                        violation_error_message="该记录已被冲销。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="credit",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("credits__gte", 0),
                                ("credits__lte", models.F("earned")),
                                ("minutes__gt", 0),
                                ("reverses", None),
                                ("surplus_minutes__gte", 0),
                                ("surplus_minutes__lte", models.F("minutes")),
                                models.Q(("reason", "reversal"), _negated=True),
                            ),
                            models.Q(
                                ("credits__lte", 0),
                                ("minutes__lt", 0),
                                ("reason", "reversal"),
                                ("reverses__isnull", False),
                                ("surplus_minutes__lte", 0),
                            ),
                            _connector="OR",
                        ),
                        name="credit_entry_adds_and_reversal_takes_away",
                        violation_error_message="记录为正，冲销为负。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="credit",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_at", None), ("starts_at", None)),
                            ("ends_at__gt", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="credit_ends_after_it_starts",
                        violation_error_message="结束时间必须晚于开始时间。",
                    ),
                ),
                migrations.AddIndex(
                    model_name="credential",
                    index=models.Index(fields=["student", "-id"], name="credential_by_student"),
                ),
                migrations.AddIndex(
                    model_name="consent",
                    index=models.Index(fields=["student", "-id"], name="consent_by_student"),
                ),
                migrations.AddConstraint(
                    model_name="consent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("way__in", ["paper", "child"]), _negated=True),
                            ("signer_sealed__isnull", False),
                            _connector="OR",
                        ),
                        name="consent_on_paper_says_who_signed_and_who_wrote_it_down",
                        violation_error_message="按纸质件登记须写明签字人。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="consent",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("version", ""), _negated=True),
                        name="consent_names_a_version",
                        violation_error_message="须写明同意书版本。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="certificateclaim",
                    constraint=models.UniqueConstraint(
                        fields=("student", "certificate"),
                        name="certificate_once_per_student",
                        violation_error_message="该证书编号已登记。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="certificateclaim",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("member", 0), ("member", models.F("student_id")), _connector="OR"
                        ),
                        name="certificate_claim_is_of_one_child_or_of_a_member",
                    ),
                ),
                migrations.AddIndex(
                    model_name="appeal",
                    index=models.Index(fields=["organization", "status", "due_on"], name="appeal_by_school"),
                ),
                migrations.AddIndex(
                    model_name="appeal",
                    index=models.Index(fields=["student", "-id"], name="appeal_by_student"),
                ),
                migrations.AddConstraint(
                    model_name="appeal",
                    constraint=models.UniqueConstraint(
                        models.F("student"),
                        models.F("publication"),
                        django.db.models.functions.comparison.Coalesce(models.F("entry"), models.Value(0)),
                        models.F("ground"),
                        condition=models.Q(("status__in", ["refused", "withdrawn"]), _negated=True),
                        name="appeal_once_per_ground",
                        violation_error_message="同一事由的申诉已经提出。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="appeal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("first__isnull", False), ("status", "refused")),
                            models.Q(models.Q(("status", "refused"), _negated=True), ("first", None)),
                            _connector="OR",
                        ),
                        name="appeal_refused_names_the_first_decision",
                        violation_error_message="不予受理须写明此前的决定。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="appeal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["upheld", "rejected"]), _negated=True),
                            models.Q(
                                ("answer_sealed__isnull", False),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="appeal_answered_by_the_school_has_words_time_and_person",
                        violation_error_message="答复须有内容、时间和答复人。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="appeal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["granted", "denied"]), _negated=True),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("decision_sealed__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="appeal_decided_by_the_district_has_words_time_and_person",
                        violation_error_message="决定须有内容、时间和决定人。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="appeal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            ("answered_by", None),
                            models.Q(("decided_by", models.F("answered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="appeal_decided_by_another_than_who_answered",
                        violation_error_message="答复与决定须由不同的人作出。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="appeal",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["filed", "escalated"]), _negated=True),
                            ("due_on__isnull", False),
                            _connector="OR",
                        ),
                        name="appeal_that_waits_has_a_due_day",
                    ),
                ),
                migrations.AddIndex(
                    model_name="accesscase",
                    index=models.Index(fields=["school", "-id"], name="access_case_by_school"),
                ),
                migrations.AddConstraint(
                    model_name="accesscase",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("approved_by", None), ("ends_at", None)),
                            models.Q(
                                ("approved_at__isnull", False),
                                ("approved_by__isnull", False),
                                ("ends_at__gt", models.F("approved_at")),
                                models.Q(("approved_by", models.F("requested_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="access_case_approved_by_a_second_person_for_a_time",
                        violation_error_message="查阅须由另一人批准，并写明截止时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="accesscase",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["requested", "refused"]), _negated=True),
                            ("approved_by", None),
                            _connector="OR",
                        ),
                        name="access_case_is_open_only_when_approved",
                        violation_error_message="未批准的申请不能有批准人。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="studentpass",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("student",),
                        name="student_pass_one_in_use",
                        violation_error_message="该学生已有在用的通行证。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="studentpass",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), ("ended_at__gte", models.F("issued_at")), _connector="OR"
                        ),
                        name="student_pass_ends_after_it_is_issued",
                        violation_error_message="停用时间不能早于签发时间。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="studentyear",
                    constraint=models.UniqueConstraint(
                        fields=("student", "school_year"), name="student_year_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="studentyear",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("credits__gte", 0),
                            ("entries__gte", 0),
                            ("minutes__gte", 0),
                            ("off_campus_credits__gte", 0),
                        ),
                        name="student_year_never_below_zero",
                    ),
                ),
                migrations.AddIndex(
                    model_name="suspicion",
                    index=models.Index(fields=["organization", "status", "-id"], name="suspicion_by_school"),
                ),
                migrations.AddConstraint(
                    model_name="suspicion",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status", "raised"),
                            models.Q(
                                ("worked_at__isnull", False),
                                ("worked_by__isnull", False),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="suspicion_worked_off_by_somebody_with_a_note",
                        violation_error_message="核查结果须有核查人、时间和说明。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="suspicionentry",
                    constraint=models.UniqueConstraint(
                        fields=("suspicion", "entry"), name="suspicion_entry_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="teamcertificate",
                    constraint=models.UniqueConstraint(
                        fields=("school", "certificate"),
                        name="team_certificate_once_per_school",
                        violation_error_message="该团队证书已登记。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="teamcertificate",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("certificate", ""), _negated=True),
                        name="team_certificate_has_a_number",
                        violation_error_message="团队证书须有编号。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="transferin",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("organization", "number_hash"),
                        name="transfer_in_asked_once_per_school_and_number",
                        violation_error_message="该学籍号的转入申请正在办理，无须重复提交。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="transferin",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("organization__isnull", False)),
                        name="transfer_in_belongs_to_a_school",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="transferin",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("status", "asked")),
                            models.Q(
                                models.Q(("status", "asked"), _negated=True), ("ended_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="transfer_in_ended_has_a_time",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="transferin",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("class_number__gte", 1),
                            ("class_number__lte", 99),
                            ("grade__gte", 1),
                            ("grade__lte", 9),
                        ),
                        name="transfer_in_to_a_class",
                        violation_error_message="年级应为一至九年级，班级应为 1 至 99。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="transferout",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("status", "released")),
                        fields=("student",),
                        name="transfer_out_released_once_per_student",
                        violation_error_message="该学生已同意转往另一所学校。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="transferout",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("organization__isnull", False),
                            models.Q(("organization", models.F("to_school")), _negated=True),
                        ),
                        name="transfer_out_goes_elsewhere",
                        violation_error_message="转入学校不能是本校。",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="transferout",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["asked", "closed"]),
                            ("answered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="transfer_out_answered_has_a_time",
                    ),
                ),
            ]
        ),
        migrations.RunSQL(LEDGER, NO_LEDGER),
    ]
