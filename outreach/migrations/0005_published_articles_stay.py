"""What was published is cited by its address: its articles are never changed, added to or deleted."""

from django.db import migrations

FORBID = """
CREATE FUNCTION outreach_published_articles_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM outreach_documentversion
        WHERE status = 'approved'
        AND id IN (
            CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.version_id END,
            CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.version_id END
        )
    ) THEN
        RAISE EXCEPTION 'articles of a published version stay as they are'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER outreach_published_articles_stay BEFORE INSERT OR UPDATE OR DELETE ON outreach_article
    FOR EACH ROW EXECUTE FUNCTION outreach_published_articles_stay();
"""
ALLOW = """
DROP TRIGGER outreach_published_articles_stay ON outreach_article;
DROP FUNCTION outreach_published_articles_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0004_money_for_who_passed")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
