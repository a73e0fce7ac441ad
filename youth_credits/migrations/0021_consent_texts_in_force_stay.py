"""A text that guardians may have consented to is never edited: one in force stays as it is."""

from django.db import migrations

TEXTS_STAY = """
CREATE FUNCTION youth_credits_consent_texts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.in_force_from > (now() AT TIME ZONE 'Asia/Shanghai')::date
            OR (TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE check_violation USING MESSAGE = 'consent texts in force are never edited';
END $$;
CREATE TRIGGER youth_credits_consent_texts_stay BEFORE UPDATE OR DELETE ON youth_credits_consenttext
    FOR EACH ROW EXECUTE FUNCTION youth_credits_consent_texts_stay();
"""
TEXTS_GO = """
DROP TRIGGER youth_credits_consent_texts_stay ON youth_credits_consenttext;
DROP FUNCTION youth_credits_consent_texts_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0020_recognised_competitions")]
    operations = [migrations.RunSQL(TEXTS_STAY, TEXTS_GO)]
