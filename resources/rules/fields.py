"""A kind's own fields as people write them: text to values and back."""

import re
from datetime import date

PUBLIC, INTERNAL = "公开", "内部"


def is_for_all(field: dict) -> bool:
    """Whether everybody may read a declared field: only where its declaration says so."""
    return field.get("public", False)


def read_value(field: dict, text: str):
    """The value of an extra field from text; None where there is none.

    Raises ValueError with a Chinese sentence.
    """
    text = text.strip()
    if not text:
        return None
    return _READERS[field["type"]](field, text)


def _number_of(field: dict, text: str) -> int | float:
    try:
        value = float(text.replace(",", "").replace("，", ""))
    except ValueError:
        raise ValueError(f"“{field['label']}”应为数字。") from None
    if not 0 <= value < 1e12:
        raise ValueError(f"“{field['label']}”应在 0 至 1 万亿之间。")
    return int(value) if value == int(value) else value


def _date_of(field: dict, text: str) -> str:
    try:
        return date.fromisoformat(text.replace("/", "-")).isoformat()
    except ValueError:
        raise ValueError(f"“{field['label']}”应为日期，如 2026-03-01。") from None


def _choice_of(field: dict, text: str) -> str:
    if text not in field["choices"]:
        raise ValueError(f"“{field['label']}”应为：{'、'.join(field['choices'])}。")
    return text


def _choices_of(field: dict, text: str) -> list[str]:
    return [_choice_of(field, part.strip()) for part in re.split(r"[、，,]", text) if part.strip()]


def _flag_of(field: dict, text: str) -> bool:
    if text not in {"是", "否"}:
        raise ValueError(f"“{field['label']}”应为“是”或“否”。")
    return text == "是"


def _link_of(field: dict, text: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"']{3,290}", text):
        raise ValueError(f"“{field['label']}”应为网址，以 http:// 或 https:// 开头。")
    return text


def _text_of(field: dict, text: str) -> str:
    most = 1000 if field["type"] == "long" else 200
    if len(text) > most:
        raise ValueError(f"“{field['label']}”最多 {most} 个字。")
    return text


_READERS = {
    "text": _text_of,
    "long": _text_of,
    "number": _number_of,
    "date": _date_of,
    "choice": _choice_of,
    "choices": _choices_of,
    "flag": _flag_of,
    "link": _link_of,
}


def read_details(fields: list[dict], text: str) -> dict:
    """The extra fields of a kind from lines “名称：内容”.

    Raises ValueError for a name that the kind does not have, or a value its field refuses.
    """
    known = {field["label"]: field for field in fields}
    details = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        label, mark, value = line.replace(":", "：", 1).partition("：")
        field = known.get(label.strip())
        if field is None or not mark:
            raise ValueError(
                f"看不懂“{line.strip()}”，每行写“名称：内容”，名称为：{'、'.join(known) or '（无）'}。"
            )
        read = read_value(field, value)
        if read is not None:
            details[field["code"]] = read
    return details


def shown_value(value) -> str:
    """A value of an extra field as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(value) if isinstance(value, list) else str(value)


def written_details(fields: list[dict], details: dict) -> str:
    """Extra fields that are filled in, as `read_details` reads them."""
    kept = [(field["label"], details.get(field["code"])) for field in fields]
    return "\n".join(f"{label}：{shown_value(value)}" for label, value in kept if value not in (None, "", []))


def read_fields(text: str) -> list[dict]:
    """Declarations of extra fields, one a line: 代码 | 名称 | 类型 | 选项、选项 | 公开.

    Raises ValueError with a Chinese sentence. A field without the fifth part is internal.
    """
    fields = []
    for line in text.splitlines():
        if not line.strip():
            continue
        parts = [part.strip() for part in re.split(r"[|｜]", line)]
        if len(parts) < 3:
            raise ValueError(f"“{line.strip()}”不完整，每行写：代码 | 名称 | 类型 | 选项 | 公开或内部。")
        code, label, kind, choices, readers = (*parts, "", "")[:5]
        if readers not in ("", PUBLIC, INTERNAL):
            raise ValueError(f"“{line.strip()}”的第五格应为“{PUBLIC}”或“{INTERNAL}”，不填为{INTERNAL}。")
        declared = {"code": code, "label": label, "type": kind, "public": readers == PUBLIC}
        if choices:
            declared["choices"] = [
                choice.strip() for choice in re.split(r"[、，,]", choices) if choice.strip()
            ]
        fields.append(declared)
    return fields


def written_fields(fields: list[dict]) -> str:
    """Declarations as `read_fields` reads them."""
    return "\n".join(
        " | ".join(
            (
                field["code"],
                field["label"],
                field["type"],
                "、".join(field.get("choices", [])),
                PUBLIC if is_for_all(field) else INTERNAL,
            )
        )
        for field in fields
    )
