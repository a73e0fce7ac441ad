"""What fills a cap that changes on the way: entry by entry, nothing beyond the cap of its day."""

from django.db import migrations

FILL = """
CREATE FUNCTION youth_credits_fill(filled int, counted int, cap int, before int) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
    SELECT greatest(coalesce(filled, before), least(coalesce(filled, before) + counted, cap))
$$;
CREATE AGGREGATE youth_credits_filled(counted int, cap int, before int) (
    SFUNC = youth_credits_fill, STYPE = int
);
"""
NO_FILL = """
DROP AGGREGATE youth_credits_filled(int, int, int);
DROP FUNCTION youth_credits_fill(int, int, int, int);
"""


class Migration(migrations.Migration):
    dependencies = [("youth_credits", "0015_certificates_of_teams_are_bounded")]
    operations = [migrations.RunSQL(FILL, NO_FILL)]
