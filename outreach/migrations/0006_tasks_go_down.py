"""What Django's models cannot say of tasks: they go down and stay within, and end after their parts."""

from django.db import migrations

RULES = """
CREATE FUNCTION outreach_task_goes_down() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE here text; above text; body bigint; held outreach_task%ROWTYPE;
BEGIN
    SELECT path INTO here FROM portal_region WHERE id = NEW.region_id;
    SELECT path INTO above FROM portal_region WHERE id = NEW.source_id;
    IF NOT starts_with(here, above) THEN
        RAISE EXCEPTION 'task_goes_down' USING ERRCODE = '23514';
    END IF;
    IF NEW.organization_id IS NOT NULL THEN
        SELECT region_id INTO body FROM portal_organization WHERE id = NEW.organization_id;
        IF body <> NEW.region_id THEN
            RAISE EXCEPTION 'task_of_a_body_within_its_region' USING ERRCODE = '23514';
        END IF;
    END IF;
    IF NEW.parent_id IS NOT NULL THEN
        -- Locked, so that a parent does not end while a part is being added.
        SELECT * INTO held FROM outreach_task WHERE id = NEW.parent_id FOR SHARE;
        IF held.region_id <> NEW.source_id THEN
            RAISE EXCEPTION 'task_goes_down' USING ERRCODE = '23514';
        END IF;
        IF NEW.status IN ('running', 'submitted') AND held.status <> 'running' THEN
            RAISE EXCEPTION 'task_under_a_running_one' USING ERRCODE = '23514';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_task_goes_down
    BEFORE INSERT OR UPDATE OF region_id, source_id, organization_id, parent_id, status
    ON outreach_task FOR EACH ROW EXECUTE FUNCTION outreach_task_goes_down();

CREATE FUNCTION outreach_task_ends_after_its_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'running' AND OLD.status = 'running' AND EXISTS (
        SELECT FROM outreach_task WHERE parent_id = NEW.id AND status IN ('running', 'submitted')
    ) THEN
        RAISE EXCEPTION 'task_ends_after_its_parts' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_task_ends_after_its_parts BEFORE UPDATE OF status ON outreach_task
    FOR EACH ROW EXECUTE FUNCTION outreach_task_ends_after_its_parts();
"""
NO_RULES = """
DROP TRIGGER outreach_task_ends_after_its_parts ON outreach_task;
DROP FUNCTION outreach_task_ends_after_its_parts();
DROP TRIGGER outreach_task_goes_down ON outreach_task;
DROP FUNCTION outreach_task_goes_down();
"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0005_published_articles_stay")]
    operations = [migrations.RunSQL(RULES, NO_RULES)]
