"""Writes one long PDF from a Typst template and its content: the child process behind
`portal.documents.book`.

The parent starts this file with the options as a first line of JSON and the content as JSON after it on
standard input; the PDF comes back on standard output. It limits its own memory and time first, loads no
settings and no module of the portal, and reads nothing but the portal's templates and the fonts.
"""

import json
import resource
import sys

MOST_OUTPUT = 64 * 1024 * 1024


def limit(seconds: int, memory_mb: int) -> None:
    """Bound this process: address space, processor time, files, no core. Too long ends with SIGXCPU, so that
    SIGKILL always came from outside."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    for what, most in (
        (resource.RLIMIT_AS, memory_mb * 1024 * 1024),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    options = json.loads(sys.stdin.buffer.readline())
    limit(options["seconds"], options["memory_mb"])
    import typst  # noqa: PLC0415 - within the limits, as all it does

    document = typst.compile(
        f"{options['templates']}/{options['template']}",
        root=options["templates"],
        sys_inputs={"content": sys.stdin.buffer.read().decode()},
        pdf_standards="ua-1",
        timestamp=options["made_at"],
        package_path="/nowhere",  # nothing is fetched: a template imports only its neighbours
        package_cache_path="/nowhere",
    )
    sys.stdout.buffer.write(document)


if __name__ == "__main__":
    main()
