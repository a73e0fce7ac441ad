"""The licence under which the association publishes its open data: OPEN_DATA_LICENCE, one of these."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Licence:
    """`duty` says what whoever uses the data has to do."""

    name: str
    address: str
    duty: str


_CC = "https://creativecommons.org"
_NAMED = "注明“深圳市科普服务管理平台”和取得日期即可使用。"
LICENCES = {
    "cc_by": Licence("署名 4.0 国际（CC BY 4.0）", f"{_CC}/licenses/by/4.0/", _NAMED),
    "cc_by_sa": Licence(
        "署名—相同方式共享 4.0 国际（CC BY-SA 4.0）",
        f"{_CC}/licenses/by-sa/4.0/",
        "注明“深圳市科普服务管理平台”和取得日期；改编后须以相同许可发布。",
    ),
    "cc_by_nc": Licence(
        "署名—非商业性使用 4.0 国际（CC BY-NC 4.0）",
        f"{_CC}/licenses/by-nc/4.0/",
        "注明“深圳市科普服务管理平台”和取得日期；不得用于商业目的。",
    ),
    "cc0": Licence("公共领域贡献（CC0 1.0）", f"{_CC}/publicdomain/zero/1.0/", "可自由使用，无需注明来源。"),
}


def open_data_licence() -> Licence:
    """Raises ImproperlyConfigured for a setting that names none."""
    if settings.OPEN_DATA_LICENCE not in LICENCES:
        raise ImproperlyConfigured(f"OPEN_DATA_LICENCE 应为 {'、'.join(LICENCES)} 之一。")
    return LICENCES[settings.OPEN_DATA_LICENCE]
