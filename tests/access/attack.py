"""Types at forms what hurts: known attacks in one field or all of them, and what nobody thought of."""

import os
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.access.crawl import walk
from tests.access.matrix import ask

POSTS = int(os.environ.get("POSTS_A_FORM", "50"))  # script/drill forms asks for 500
HOSTILE = [
    "",
    " ",
    "\u3000",
    "\0",
    "a\0b",
    "-1",
    "0",
    "1e400",
    "9" * 400,
    "NaN",
    "2025-02-29",
    "2024-02-29",
    "0000-00-00",
    "99999-12-31",
    "24:61",
    "<script>alert(1)</script>",
    "'; DROP TABLE portal_user; --",
    "{{ 7 }}{% debug %}",
    "../../../../etc/passwd",
    "=1+1",
    "\u202egnp.exe",
    "\ud800",
    "𠮷" * 200,
    "a" * 10_000,
    "00000000-0000-4000-8000-000000000000",
    "440305000000",
    "[]",
    "{}",
    "on",
    "null",
    "true",
    "http://169.254.169.254/",
    "\r\nSet-Cookie: a=b",
    "%00",
    "%s%n",
    "１２３",
]


def attack_forms(world, people: tuple[str, ...]) -> tuple[set, int, list[str]]:
    """Every form that these people reach, attacked once: (shapes, posts, faults)."""
    attacked, posts, wrong = set(), 0, []
    for who in people:
        client = world.client(who)
        for shape, form in walk(client, "/" if who == "stranger" else "/desk/").forms.items():
            if shape in attacked or form.method != "post" or shape[0] == "accounts/logout/":
                continue
            attacked.add(shape)
            known, faults = _type_what_is_known_to_hurt(client, form)
            more, others = _type_what_nobody_thought_of(client, form, POSTS - known)
            wrong += faults[:1] + others[:1]
            posts += known + more
    return attacked, posts, wrong


def texts():
    return st.one_of(
        st.sampled_from(HOSTILE),
        st.text(max_size=60),
        st.integers().map(str),
        st.dates().map(str),
        st.floats().map(str),
    )


def payloads(form):
    """Each field typed as it came, hostile, twice, or not at all."""
    names = sorted({name for name, _, _ in form.fields} - {"csrfmiddlewaretoken"})
    values = {name: value for name, _, value in form.fields}
    one = {
        name: st.one_of(st.none(), st.just([values[name]]), st.lists(texts(), min_size=1, max_size=2))
        for name in names
    }
    return st.fixed_dictionaries(one)


def _type_what_is_known_to_hurt(client, form) -> tuple[int, list[str]]:
    """Every hostile text: in one field or two among sound ones, or beside others in all of them."""
    values = {name: value for name, _, value in form.fields if name != "csrfmiddlewaretoken"}
    sound, names = {name: [value] for name, value in values.items()}, sorted(values)
    tries = []
    for number in range(0, len(HOSTILE), 4) if names else ():
        places = [names[(number + step) % len(names)] for step in range(2)]
        tries.append({**sound, **{name: [HOSTILE[number + step]] for step, name in enumerate(places)}})
        for shift in (number + 1, number + 3):
            texts = [HOSTILE[(shift + place) % len(HOSTILE)] for place in range(len(names))]
            tries.append({name: [text] for name, text in zip(names, texts, strict=True)})
    return len(tries), [fault for typed in tries for fault in _fault(client, form, typed)]


def _type_what_nobody_thought_of(client, form, tries: int) -> tuple[int, list[str]]:
    """A form of a button alone has one thing to send."""
    faults, sent = [], 0

    @settings(
        max_examples=max(tries, 1),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(payloads(form))
    def run(typed):
        nonlocal sent
        sent += 1
        faults.extend(_fault(client, form, typed))

    run()
    return sent, faults


def _fault(client, form, typed) -> list[str]:
    answer = _post(client, form, typed)
    return [f"{form.action}: {answer.status} for {typed}"[:400]] if answer.kind == "fault" else []


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _post(client, form, typed):
    pairs = [(name, value) for name, values in typed.items() for value in values or ()]
    if form.has_file:
        data: dict = {}
        files = {name for name, kind, _ in form.fields if kind == "file"}
        for name, value in pairs:
            clean = value.encode("utf-8", "replace").decode()
            data[name] = SimpleUploadedFile("x.xlsx", clean.encode()) if name in files else clean
        return ask(client, "POST", form.action, data, raw=True)
    body = urlencode([(name, as_bytes(value)) for name, value in pairs])
    return ask(client, "POST", form.action, body, raw=True, content_type="application/x-www-form-urlencoded")
