"""A certificate of a team is entered once for each member; any other once at a school."""

from django.db import migrations

from youth_credits.migrations._policies import LEDGER, READ, SCHOOL, WRITE, bound

# The ledger may look, for the certificates that stand out; a number of a paper is no name.
POLICIES = {
    "teamcertificate": [("school", WRITE, f"school_id = {SCHOOL}"), ("ledger", READ, LEDGER)],
}

# Whose claim it is follows from what the school said of the certificate, whoever writes it. Entries with a
# certificate are few.
MEMBERS = """
CREATE FUNCTION youth_credits_certificate_of_a_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.member := CASE WHEN EXISTS (SELECT FROM youth_credits_teamcertificate t
        WHERE (t.school_id, t.certificate) = (NEW.school_id, NEW.certificate)) THEN NEW.student_id ELSE 0 END;
    RETURN NEW;
END $$;
CREATE TRIGGER youth_credits_certificate_of_a_team BEFORE INSERT ON youth_credits_certificateclaim
    FOR EACH ROW EXECUTE FUNCTION youth_credits_certificate_of_a_team();
"""
NO_MEMBERS = """
DROP TRIGGER youth_credits_certificate_of_a_team ON youth_credits_certificateclaim;
DROP FUNCTION youth_credits_certificate_of_a_team();
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0014_mentors_are_bounded")]
    operations = [*bound(POLICIES), migrations.RunSQL(MEMBERS, NO_MEMBERS)]
