from django.core.exceptions import ValidationError
from django.forms import BaseForm


class Refused(Exception):
    """A rule of the portal said no. Its text is a Chinese sentence a person can act on."""


class ChangedMeanwhile(Refused):
    """Somebody else changed the record between opening its page and sending it."""


def add_faults(form: BaseForm, fault: Refused | ValidationError) -> None:
    """Write what an action said against a form beside the fields it speaks of, else above them all."""
    said = getattr(fault, "error_dict", None) or {None: getattr(fault, "messages", [str(fault)])}
    for name, sentences in said.items():
        form.add_error(name if name in form.fields else None, sentences)
