"""How the public codes of the sample city begin."""

SAMPLE = "sl0"  # no code that is drawn has a nought in it
