"""What Django's models cannot say of meetings: they close after what they decided is done."""

from django.db import migrations

RULES = """
CREATE FUNCTION outreach_meeting_closes_after_its_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = 'closed' AND OLD.status <> 'closed' AND EXISTS (
        SELECT FROM outreach_task WHERE meeting_id = NEW.id AND status IN ('running', 'submitted')
    ) THEN
        RAISE EXCEPTION 'meeting_closes_after_its_tasks' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_meeting_closes_after_its_tasks BEFORE UPDATE OF status ON outreach_meeting
    FOR EACH ROW EXECUTE FUNCTION outreach_meeting_closes_after_its_tasks();

CREATE FUNCTION outreach_task_of_an_open_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    IF NEW.meeting_id IS NOT NULL AND NEW.status IN ('running', 'submitted') THEN
        -- Locked, so that a meeting does not close while a follow-up is being added.
        SELECT status INTO held FROM outreach_meeting WHERE id = NEW.meeting_id FOR SHARE;
        IF held <> 'running' THEN
            RAISE EXCEPTION 'task_of_an_open_meeting' USING ERRCODE = '23514';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_task_of_an_open_meeting BEFORE INSERT OR UPDATE OF meeting_id, status
    ON outreach_task FOR EACH ROW EXECUTE FUNCTION outreach_task_of_an_open_meeting();
"""
NO_RULES = """
DROP TRIGGER outreach_task_of_an_open_meeting ON outreach_task;
DROP FUNCTION outreach_task_of_an_open_meeting();
DROP TRIGGER outreach_meeting_closes_after_its_tasks ON outreach_meeting;
DROP FUNCTION outreach_meeting_closes_after_its_tasks();
"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0007_nothing_is_spent_beyond_its_line")]
    operations = [migrations.RunSQL(RULES, NO_RULES)]
