"""A gateway for short messages that keeps what it is given; closed while "closed" lies in `sent`."""

sent: list = []


def send(mobile: str, text: str) -> None:
    if "closed" in sent:
        raise OSError("the gateway is closed")
    sent.append((mobile, text))
