"""The signs of the portal: strokes on a grid of 20, drawn in the colour of the text beside them."""

ICONS: dict[str, str] = {
    "alert": "M10 3 2.5 16.5h15L10 3zM10 8v4M10 14.3v.2",
    "archive": "M3 4h14v3.5H3zM4.5 7.5V16h11V7.5M8 10.5h4",
    "arrow-left": "M16 10H4.5M9 5l-5 5 5 5",
    "arrow-right": "M4 10h11.5M11 5l5 5-5 5",
    "bell": "M5 13.5V9a5 5 0 0 1 10 0v4.5l1.5 1.5h-13zM8.5 17.3h3",
    "book": "M10 5.5C8 4 5.5 3.7 3 4v11.5c2.5-.3 5 0 7 1.5 2-1.5 4.5-1.8 7-1.5V4c-2.5-.3-5 0-7 1.5zM10 5.5V17",  # noqa: E501  a path is one word
    "calendar": "M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5",
    "chart": "M3.5 3.5v13h13M7 13.5v-3M10.5 13.5V7M14 13.5v-5",
    "check": "M4 10.5 8.2 15 16.5 5.5",
    "circle": "M10 4a6 6 0 1 1 0 12 6 6 0 0 1 0-12z",
    "clock": "M10 3.2a6.8 6.8 0 1 1 0 13.6 6.8 6.8 0 0 1 0-13.6zM10 6.3V10l2.6 2",
    "close": "M5 5l10 10M15 5 5 15",
    "desk": "M3 4h5.5v5.5H3zM11.5 4H17v3h-5.5zM3 12.5h5.5V16H3zM11.5 10H17v6h-5.5z",
    "display": "M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM10 3.5v13M10 7.5l4.5-2.5M10 11l6-3M10 14.5l5.5-3",  # noqa: E501  a path is one word
    "document": "M5 2.8h6.5L15 6.3v11H5zM11.5 2.8v3.5H15M7.5 10h5M7.5 13h5",
    "down": "M10 4v11M5.5 10.5 10 15l4.5-4.5",
    "download": "M10 3v9M6 8.5l4 4 4-4M3.5 16.5h13",
    "edit": "M4 16l.8-3.5L13.5 3.8l2.7 2.7-8.7 8.7zM12 5.3l2.7 2.7",
    "enter": "M9 3.5h7.5v13H9M3 10h9M8.5 6.5 12 10l-3.5 3.5",
    "external": "M8 4.5H4v11.5h11.5V12M11 3.5h5.5V9M16.5 3.5 9 11",
    "filter": "M3 5h14M6 10h8M8.5 15h3",
    "half": "M10 4a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM10 4v12M12 5.5v9M14 7.5v5",
    "home": "M3 9.5 10 3.5l7 6M5 8.5v8h3.8v-5h2.4v5H15v-8",
    "info": "M10 3.2a6.8 6.8 0 1 1 0 13.6 6.8 6.8 0 0 1 0-13.6zM10 9v4.8M10 6.2v.2",
    "leave": "M11 3.5H3.5v13H11M8 10h9M13.5 6.5 17 10l-3.5 3.5",
    "lock": "M4.5 9h11v7.5h-11zM7 9V6.5a3 3 0 0 1 6 0V9",
    "menu": "M3 5.5h14M3 10h14M3 14.5h14",
    "minus": "M5 10h10",
    "person": "M10 3.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM4 16.8c.4-3.3 2.8-5 6-5s5.6 1.7 6 5",
    "pin": "M10 17.3S4.5 12 4.5 8.2a5.5 5.5 0 0 1 11 0c0 3.8-5.5 9.1-5.5 9.1zM10 6.3a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8z",  # noqa: E501  a path is one word
    "plus": "M10 4v12M4 10h12",
    "print": "M6 7V3h8v4M6 13.5H3.5V7h13v6.5H14M6 11.5h8V17H6z",
    "return": "M8 4 3.5 8.5 8 13M3.5 8.5H13a3.5 3.5 0 0 1 0 7H9",
    "search": "M8.7 3.5a5.2 5.2 0 1 1 0 10.4 5.2 5.2 0 0 1 0-10.4zM12.5 12.5l4.3 4.3",
    "shield": "M10 2.8 16 5v4.5c0 4-2.6 6.5-6 7.7-3.4-1.2-6-3.7-6-7.7V5zM7.3 9.8l2 2 3.5-3.8",
    "sort": "M6.5 8 10 4.5 13.5 8M6.5 12l3.5 3.5 3.5-3.5",
    "turning": "M16.3 8A6.6 6.6 0 0 0 4 7.5M3.7 12A6.6 6.6 0 0 0 16 12.5M16.5 4v4h-4M3.5 16v-4h4",
    "up": "M10 16V5M5.5 9.5 10 5l4.5 4.5",
    "upload": "M10 13V4M6 7.5l4-4 4 4M3.5 16.5h13",
}

# What a stored status means to the eye. A code that does not stand here gets the plain sign.
_WORDS: dict[str, str] = {
    "good": "accepted accredited active admitted approved attended checked confirmed current done fulfilled "
    "good granted kept ok open passed published recommended scored settled sound success valid verified",
    "waiting": "mended noticed pending planned previewed proposed provisional publicised queued recorded "
    "requested review signing staged submitted task waiting waitlisted",
    "working": "assigned commenting computing drafting filling ongoing reviewing scoring running started "
    "working",
    "attention": "due expiring late overdue rectifying returned supplement urgent wanted",
    "bad": "bad denied disputed failed faulty inadmissible invalid not_proposed not_recommended refused "
    "rejected revoked",
    "quiet": "archived cancelled closed draft dropped expired inactive locked quiet retired undone "
    "unchanged withdrawn",
}
TONES: dict[str, str] = {code: tone for tone, codes in _WORDS.items() for code in codes.split()}

TONE_ICONS: dict[str, str] = {
    "good": "check",
    "waiting": "clock",
    "working": "turning",
    "attention": "return",
    "bad": "close",
    "quiet": "minus",
    "plain": "circle",
}
OWN_ICONS: dict[str, str] = {
    "draft": "edit",
    "locked": "lock",
    "archived": "archive",
    "overdue": "alert",
    "late": "alert",
    "urgent": "alert",
    "expiring": "clock",
    "due": "clock",
}


def tone(code: str) -> str:
    """The tone of a stored status code."""
    return TONES.get(code, "plain")


def sign(code: str) -> str:
    """The name of the icon that stands for a stored status code."""
    return OWN_ICONS.get(code) or TONE_ICONS[tone(code)]
