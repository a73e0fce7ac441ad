"""Whoever objects can follow it; a body that is not proposed contests that, and is noticed by itself."""

import uuid

from django.db import migrations, models

# Against a case anybody speaks within its notice, its own or its round's; a body contests only what is not proposed.
RULES = """
CREATE OR REPLACE FUNCTION outreach_objection_within_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held outreach_round%ROWTYPE; own outreach_application%ROWTYPE; day date;
BEGIN
    SELECT * INTO own FROM outreach_application WHERE id = NEW.application_id;
    SELECT * INTO held FROM outreach_round WHERE id = own.round_id FOR SHARE;
    day := (NEW.received_at AT TIME ZONE 'Asia/Shanghai')::date;
    IF held.status <> 'noticed' OR day NOT BETWEEN coalesce(own.notice_from, held.notice_from)
        AND coalesce(own.notice_until, held.notice_until) THEN
        RAISE EXCEPTION 'objection_within_notice' USING ERRCODE = '23514';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.kind = 'contest' AND own.status <> 'not_proposed' THEN
        RAISE EXCEPTION 'contest_of_who_is_not_proposed' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
"""
NO_RULES = """
CREATE OR REPLACE FUNCTION outreach_objection_within_notice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held outreach_round%ROWTYPE; first date; last date;
BEGIN
    SELECT r.* INTO held FROM outreach_round r JOIN outreach_application a ON a.round_id = r.id
        WHERE a.id = NEW.application_id FOR SHARE OF r;
    SELECT coalesce(notice_from, held.notice_from), coalesce(notice_until, held.notice_until) INTO first, last
        FROM outreach_application WHERE id = NEW.application_id;
    IF held.status <> 'noticed'
        OR (NEW.received_at AT TIME ZONE 'Asia/Shanghai')::date NOT BETWEEN first AND last THEN
        RAISE EXCEPTION 'objection_within_notice' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
"""
# One default for all rows would not be unique.
EACH_ITS_OWN = "UPDATE outreach_objection SET uuid = gen_random_uuid()"


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0013_cells_are_filled_by_somebody"),
    ]

    operations = [
        migrations.AddField(
            model_name="objection",
            name="kind",
            field=models.CharField(
                choices=[("objection", "异议"), ("contest", "复核申请")],
                default="objection",
                editable=False,
                max_length=10,
                verbose_name="种类",
            ),
        ),
        migrations.AddField(
            model_name="objection",
            name="uuid",
            field=models.UUIDField(default=uuid.uuid4, editable=False, null=True, verbose_name="查询码"),
        ),
        migrations.RunSQL(EACH_ITS_OWN, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="objection",
            name="uuid",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="查询码"),
        ),
        migrations.AlterField(
            model_name="objection",
            name="ground",
            field=models.CharField(
                choices=[
                    ("figures", "填报数据不实"),
                    ("conditions", "不符合准入条件"),
                    ("procedure", "评审程序不当"),
                    ("interest", "评审人员应回避而未回避"),
                    ("content", "展示内容不科学"),
                    ("score", "评分或计算有误"),
                    ("answer", "异议处理不当"),
                    ("other", "其他"),
                ],
                max_length=12,
                verbose_name="理由",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "ground__in",
                            ["figures", "conditions", "procedure", "interest", "content", "other"],
                        ),
                        ("kind", "objection"),
                    ),
                    models.Q(
                        ("ground__in", ["score", "procedure", "interest", "answer", "other"]),
                        ("kind", "contest"),
                    ),
                    _connector="OR",
                ),
                name="objection_on_a_ground_of_its_kind",
                violation_error_message="这个理由不适用，请重新选择。",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "granted"), _negated=True),
                    ("notice_until", None),
                    ("decided_at__date__gt", models.F("notice_until")),
                    _connector="OR",
                ),
                name="application_granted_after_its_own_notice",
                violation_error_message="补充公示期满后才能认定。",
            ),
        ),
        migrations.RunSQL(RULES, NO_RULES),
    ]
