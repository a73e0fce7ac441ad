"""The database adds up what moved on a line and what was used of a gift, under a lock on the line or gift."""

from django.db import migrations

RULES = """
CREATE FUNCTION outreach_line_counts_its_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE it bigint := coalesce(NEW.line_id, OLD.line_id);
BEGIN
    -- Of two entries at once the second waits here, and then counts the first as well.
    PERFORM FROM outreach_budgetline WHERE id = it FOR UPDATE;
    UPDATE outreach_budgetline SET
        appropriated_yuan = (SELECT coalesce(sum(amount_yuan), 0) FROM outreach_fundentry
            WHERE line_id = it AND kind = 'appropriation' AND cancelled_at IS NULL),
        paid_yuan = (SELECT coalesce(sum(amount_yuan), 0) FROM outreach_fundentry
            WHERE line_id = it AND kind = 'payment' AND cancelled_at IS NULL)
        WHERE id = it;
    RETURN NULL;
END $$;
CREATE TRIGGER outreach_line_counts_its_entries AFTER INSERT OR UPDATE OR DELETE ON outreach_fundentry
    FOR EACH ROW EXECUTE FUNCTION outreach_line_counts_its_entries();

-- An entry is cancelled once, and otherwise stays as it was made.
CREATE FUNCTION outreach_fund_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.cancelled_at IS NOT NULL
        OR (NEW.line_id, NEW.kind, NEW.amount_yuan, NEW.entered_on, NEW.payee, NEW.purpose)
            IS DISTINCT FROM (OLD.line_id, OLD.kind, OLD.amount_yuan, OLD.entered_on, OLD.payee, OLD.purpose)
    THEN
        RAISE EXCEPTION 'fund_entry_stays' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outreach_fund_entry_stays BEFORE UPDATE ON outreach_fundentry
    FOR EACH ROW EXECUTE FUNCTION outreach_fund_entry_stays();

CREATE FUNCTION outreach_gift_counts_its_uses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE it bigint := coalesce(NEW.donation_id, OLD.donation_id);
BEGIN
    PERFORM FROM outreach_donation WHERE id = it FOR UPDATE;
    UPDATE outreach_donation SET used_yuan =
        (SELECT coalesce(sum(amount_yuan), 0) FROM outreach_donationuse WHERE donation_id = it)
        WHERE id = it;
    RETURN NULL;
END $$;
CREATE TRIGGER outreach_gift_counts_its_uses AFTER INSERT OR UPDATE OR DELETE ON outreach_donationuse
    FOR EACH ROW EXECUTE FUNCTION outreach_gift_counts_its_uses();
"""
NO_RULES = """
DROP TRIGGER outreach_gift_counts_its_uses ON outreach_donationuse;
DROP FUNCTION outreach_gift_counts_its_uses();
DROP TRIGGER outreach_fund_entry_stays ON outreach_fundentry;
DROP FUNCTION outreach_fund_entry_stays();
DROP TRIGGER outreach_line_counts_its_entries ON outreach_fundentry;
DROP FUNCTION outreach_line_counts_its_entries();
"""


class Migration(migrations.Migration):
    dependencies = [("outreach", "0006_tasks_go_down")]
    operations = [migrations.RunSQL(RULES, NO_RULES)]
