class Refused(Exception):
    """A rule of the portal said no. Its text is a Chinese sentence a person can act on."""


class ChangedMeanwhile(Refused):
    """Somebody else changed the record between opening its page and sending it."""
