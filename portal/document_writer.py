"""Writes one PDF from HTML: the child process behind `portal.documents.pdf`.

The parent starts this file with the options as a first line of JSON and the HTML after it on standard
input; the PDF comes back on standard output. It limits its own memory and time first, loads no settings and
no other file of the portal, and takes nothing from anywhere but the portal's packaged files.
"""

import gc
import json
import mimetypes
import resource
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

KINDS = {".css", ".svg", ".png", ".jpg", ".jpeg", ".woff2"}
MOST_OUTPUT = 64 * 1024 * 1024


class PackagedFetcher(URLFetcher):
    """Serves `static:` from one folder and `data:` from the address itself; everything else is refused."""

    def __init__(self, root: Path) -> None:
        super().__init__(allowed_protocols=("static", "data"), allow_redirects=False)
        self.root = root.resolve()

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """Answer with a packaged file or with the data of the address.

        Raises ValueError for any other address, which leaves that picture out, and FatalURLFetchingError
        for a packaged file that is not there, which is our own mistake.
        """
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        if parts.scheme != "static":
            raise ValueError(f"address refused: {url[:80]}")
        path = (self.root / unquote(parts.path).lstrip("/")).resolve()
        if not path.is_relative_to(self.root) or path.suffix.lower() not in KINDS or not path.is_file():
            raise FatalURLFetchingError(f"no such packaged file: {url[:80]}")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


def without_attachments(html: HTML) -> None:
    """No element may attach a file to the document, packaged or not."""
    for element in html.etree_element.iter():
        if isinstance(element.tag, str) and "attachment" in element.get("rel", "").lower():
            del element.attrib["rel"]


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
    gc.disable()  # boxes live until the last page: collecting finds nothing and takes a sixth of the time
    html = HTML(
        string=sys.stdin.buffer.read().decode(),
        base_url=options["site"],  # links lead to the portal; pictures there are refused all the same
        url_fetcher=PackagedFetcher(Path(options["static"])),
    )
    without_attachments(html)
    document = html.write_pdf(
        pdf_variant=options["variant"],
        pdf_identifier=options["identifier"].encode(),
        custom_metadata=False,
    )
    sys.stdout.buffer.write(document)


if __name__ == "__main__":
    main()
