"""How passwords are kept and which are good enough. No composition rules; change by age only where asked."""

import unicodedata

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.core.exceptions import ValidationError

LEAST = 12
LEAST_WITH_DUTIES = 15
MOST = 128
# Words that stand on every page and in every guess at one.
# fmt: off
CONTEXT = frozenset({
    "shenzhen", "szkepu", "kepu", "kexie", "kexue", "szast", "portal", "guangdong", "futian", "nanshan",
    "luohu", "baoan", "longgang", "longhua", "yantian", "pingshan", "guangming", "dapeng", "shenshan",
    "password", "passw0rd", "mima", "admin", "welcome", "qwerty", "letmein", "深圳", "科普", "科协", "平台",
    "密码", "福田", "南山", "罗湖", "宝安", "龙岗", "龙华", "盐田", "坪山", "光明", "大鹏", "深汕",
})
# fmt: on


class PortalArgon2Hasher(Argon2PasswordHasher):
    """argon2id sized for many sign-ins at once: 19 MiB, two passes, one lane (44 ms)."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


class LengthValidator:
    """At least twelve characters, fifteen for those with duties in the city or a district; 128 at most."""

    def least_for(self, user) -> int:
        has_duties = user is not None and user.pk is not None and user.needs_mfa
        return LEAST_WITH_DUTIES if has_duties else LEAST

    def validate(self, password: str, user=None) -> None:
        least = self.least_for(user)
        if len(password) < least:
            raise ValidationError(f"密码至少 {least} 个字符，可以用几个不相干的词连成一句。")
        if len(password) > MOST:
            raise ValidationError(f"密码最多 {MOST} 个字符。")

    def get_help_text(self) -> str:
        return f"至少 {LEAST} 个字符；市区工作人员和管理员至少 {LEAST_WITH_DUTIES} 个字符。"


class ContextValidator:
    """What is left after the words that everybody tries first must still be long enough to guess at."""

    def validate(self, password: str, user=None) -> None:
        rest = unicodedata.normalize("NFKC", password).casefold()
        for word in sorted((*CONTEXT, *self._own(user)), key=len, reverse=True):
            rest = rest.replace(word, "")
        kept = [letter for letter in rest if letter.isalpha()]
        if len(set(rest)) < 5 or len(kept) < 4:
            raise ValidationError("密码里除了地名、平台名、姓名和数字外，请再加几个别人想不到的字词。")

    def _own(self, user) -> list[str]:
        names = [getattr(user, "username", ""), getattr(user, "name", "")]
        return [name.casefold() for name in names if len(name) > 1]

    def get_help_text(self) -> str:
        return "不要用平台名、地名、姓名加数字这类容易想到的组合。"


class NewValidator:
    """Where passwords are changed by age, the new one is another than the present."""

    def validate(self, password: str, user=None) -> None:
        if not settings.PASSWORD_MAX_DAYS or user is None or not user.has_usable_password():
            return
        if check_password(password, user.password):
            raise ValidationError("新密码不能与现在的密码相同。")

    def get_help_text(self) -> str:
        return "不能与现在的密码相同。" if settings.PASSWORD_MAX_DAYS else ""
