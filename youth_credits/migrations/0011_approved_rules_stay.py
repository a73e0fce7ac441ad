"""Rules that count are never edited."""

from django.db import migrations

RULES_STAY = """
CREATE FUNCTION youth_credits_approved_rules_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'youth_credits_creditruleset' THEN
        IF OLD.approved_at IS NULL OR (TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD) THEN
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END IF;
    ELSIF NOT EXISTS (SELECT FROM youth_credits_creditruleset s WHERE s.approved_at IS NOT NULL AND s.id
            IN (CASE TG_OP WHEN 'INSERT' THEN NEW.rule_set_id ELSE OLD.rule_set_id END,
                CASE TG_OP WHEN 'DELETE' THEN OLD.rule_set_id ELSE NEW.rule_set_id END)) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'approved rules are never edited';
END $$;
CREATE TRIGGER youth_credits_approved_rules_stay BEFORE UPDATE OR DELETE ON youth_credits_creditruleset
    FOR EACH ROW EXECUTE FUNCTION youth_credits_approved_rules_stay();
CREATE TRIGGER youth_credits_approved_rules_stay BEFORE INSERT OR UPDATE OR DELETE ON youth_credits_creditrule
    FOR EACH ROW EXECUTE FUNCTION youth_credits_approved_rules_stay();
"""
RULES_GO = """
DROP TRIGGER youth_credits_approved_rules_stay ON youth_credits_creditrule;
DROP TRIGGER youth_credits_approved_rules_stay ON youth_credits_creditruleset;
DROP FUNCTION youth_credits_approved_rules_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0010_nominations_are_bounded")]
    operations = [migrations.RunSQL(RULES_STAY, RULES_GO)]
