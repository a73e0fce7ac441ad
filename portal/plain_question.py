"""A question in plain words that a person answers and a script does not bother to: no picture, no script.

The page carries a signed token with the question's number; nothing is kept on the server. Together with an
empty field that people do not see and limits per address and mobile it keeps machines out of public forms.
"""

import random
import uuid
from datetime import timedelta

from django.core.cache import cache

from portal.encryption import sign, unsign
from portal.errors import Refused

NUMBERS = "零一二三四五六七八九十"
PURPOSE = "plain_question"
GOOD_FOR = timedelta(minutes=60)


def ask() -> tuple[str, str]:
    """A question and the token that belongs to it."""
    one, other = random.randint(1, 9), random.randint(1, 9)  # noqa: S311  a hurdle, no secret
    token = sign(f"{one}-{other}-{uuid.uuid4().hex}", purpose=PURPOSE)
    return words_of(token), token


def words_of(token: str) -> str:
    """The question of a token. Raises Refused if the token is forged or too old."""
    one, other, _ = unsign(token, purpose=PURPOSE, max_age=GOOD_FOR).split("-")
    return f"{NUMBERS[int(one)]}加{NUMBERS[int(other)]}等于几？"


def is_right(token: str, answer: str) -> bool:
    """Whether an answer, in digits or in Chinese numerals, fits. Raises Refused for a stale token."""
    one, other, _ = unsign(token, purpose=PURPOSE, max_age=GOOD_FOR).split("-")
    total = int(one) + int(other)
    written = NUMBERS[total] if total <= 10 else f"十{NUMBERS[total - 10]}"
    return answer.strip() in {str(total), written}


def limit(name: str, key: str, *, most: int, seconds: int, sentence: str) -> None:
    """Count one try of `key`; raises Refused with `sentence` once there were more than `most` of them."""
    place = f"limit:{name}:{key}"
    cache.add(place, 0, seconds)
    try:
        count = cache.incr(place)
    except ValueError:  # its time ended between the two
        cache.set(place, count := 1, seconds)
    if count > most:
        raise Refused(sentence)
