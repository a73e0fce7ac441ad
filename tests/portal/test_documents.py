import http.server
import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from pypdf import PdfReader
from weasyprint import HTML

from portal import charts, documents, maps
from portal.audit import AuditEntry
from portal.charts import About
from portal.documents import IssuedPaper, Letter, Limits, PaperKind, Paragraph
from portal.errors import Refused

AT = datetime(2026, 3, 15, 1, 0, tzinfo=UTC)
TRANSCRIPT = PaperKind("transcript", "KPXF", "青少年科普学分成绩单")
WRITTEN = {}
FACTS = [("学校", "示例小学")]
TEMPLATES = Path(__file__).parent / "templates"

SENTENCE = (
    "科普工作面向青少年、老年人和产业工人，组织“科普月”“全国科普日”等活动；全年开展活动 1,204 场，"
    "参加人次较上年增长 12.60%（含线上）。"
)


@pytest.fixture
def sample(settings):
    """A report with cover, contents, chapters, a chart, a map and a table that runs over the page."""
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], TEMPLATES]}]
    codes = [district.code for district in maps.districts()]
    pictures = [
        charts.bar(About("bar", "各区得分", unit="分"), [("罗湖区", 61.5), ("福田区", None)], decimals=2),
        maps.district_map(About("map", "各区分布", unit="分"), dict(zip(codes, range(40, 51), strict=True))),
    ]
    chapters = [
        {
            "id": f"chapter-{place}",
            "title": f"{'一二三'[place]}、{title}",
            "sections": [{"id": f"section-{place}", "title": "（一）总体情况"}],
        }
        for place, title in enumerate(("科普发展指数", "阵地与资源", "活动与传播"))
    ]
    return {
        "title": "深圳市科普工作年度报告（样张）",
        "chapters": chapters,
        "paragraphs": [SENTENCE] * 6,
        "charts": pictures,
        "columns": ("街道", "场次", "人次"),
        "rows": [(f"第{place}街道", place, place * 2) for place in range(90)],
    }


@pytest.fixture
def report(sample):
    """The sample as PDF; written once, since the same content gives the same bytes."""
    if "report" not in WRITTEN:
        WRITTEN["report"] = documents.pdf("report_sample.html", sample, made_at=AT)
    return WRITTEN["report"]


def read(document):
    return PdfReader(io.BytesIO(document))


def tags(reader):
    """Every structure element: its kind and dictionary."""
    found, waiting = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if not hasattr(node, "get"):
            continue
        if "/S" in node:
            found.append((str(node["/S"]), node))
        children = node.get("/K", [])
        waiting += children if isinstance(children, list) else [children]
    return found


# ---------------------------------------------------------------- HTML to PDF


def test_a_report_is_tagged_in_chinese_with_title_fonts_and_pictures_described(sample, report):
    reader = read(report)

    root = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    assert reader.metadata.title == sample["title"]
    assert reader.metadata.author == "深圳市科学技术协会"
    kinds = tags(reader)
    assert {"/H1", "/H2", "/H3", "/P", "/L", "/Table", "/THead", "/TH", "/TD", "/Figure"} <= {
        k for k, _ in kinds
    }
    pictures = [str(node.get("/Alt", "")) for kind, node in kinds if kind == "/Figure"]
    assert sorted(pictures) == ["各区分布", "各区得分"]
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(described)


def test_contents_name_the_page_each_chapter_is_on(sample, report):
    reader = read(report)

    texts = [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]
    contents = next(text for text in texts if "目录" in text)
    for chapter in sample["chapters"]:
        (named,) = re.findall(chapter["title"] + r"[·.]*(\d+)", contents)
        assert f"{chapter['title']}" in texts[int(named) - 1]
        assert f"—{named}—" in texts[int(named) - 1]


def test_every_page_but_the_cover_has_a_running_head_and_a_number(sample, report):
    reader = read(report)

    first, *others = [re.sub(r"\s", "", page.extract_text()) for page in reader.pages]
    assert "—1—" not in first
    for number, text in enumerate(others, start=2):
        assert f"—{number}—" in text
        assert sample["title"] in text


def test_a_table_over_two_pages_repeats_its_head(report):
    reader = read(report)

    with_rows = [text for page in reader.pages if "街道" in (text := page.extract_text())]
    assert len(with_rows) >= 2
    assert all("场次" in text for text in with_rows)


def test_no_line_begins_with_closing_punctuation_or_ends_with_an_opening_mark(report):
    reader = read(report)

    lines = [
        line.strip() for page in reader.pages for line in page.extract_text().splitlines() if line.strip()
    ]
    assert not [line for line in lines if line[0] in "，。；：、”）》！？"]
    assert not [line for line in lines if line[-1] in "“（《"]


def test_the_same_content_gives_the_same_bytes(sample, report):
    again = documents.pdf("report_sample.html", sample, made_at=AT)
    later = documents.pdf("report_sample.html", sample, made_at=AT.replace(hour=2))

    assert again == report
    assert later != report
    assert read(report).metadata.creation_date == AT


BOOK = {
    "title": "科普资源名录",
    "subtitle": "2026年科普资源普查",
    "running": "深圳市科普资源名录",
    "period": "2026年度",
    "date": "2026年3月",
    "figures": [["收录资源", 2, "条"]],
    "about": ["本名录收录全市已发布的科普资源。"],
    "districts": ["南山区"],
    "table": [["科普场馆", 2, 2], ["合计", 2, 2]],
    "chapters": [
        {
            "title": "南山区",
            "sections": [
                {
                    "title": "科普场馆",
                    "entries": [
                        {
                            "id": f"e{number}",
                            "number": f"{number:04d}",
                            "title": title,
                            "place": "某单位 · 粤海街道",
                            "summary": "看得见的海 #[evil] $x$ *a*",
                            "facts": [["费用", "免费"]],
                            "is_verified": number == 1,
                        }
                        for number, title in enumerate(("潮汐馆", "灯塔馆"), 1)
                    ],
                }
            ],
        }
    ],
    "titles": [["D", [{"id": "e2", "number": "0002", "title": "灯塔馆"}]]],
    "units": [["M", [{"title": "某单位", "numbers": "0001、0002"}]]],
}


@pytest.fixture(scope="module")
def directory():
    return documents.book("resources/census_directory.typ", BOOK, made_at=AT)


def test_a_book_is_tagged_has_contents_with_pages_and_an_index_that_leads_to_them(directory):
    reader = read(directory)
    pages = [page.extract_text() for page in reader.pages]

    assert reader.metadata.title == "科普资源名录：2026年科普资源普查"
    assert reader.trailer["/Root"]["/Lang"].startswith("zh")
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/StructTreeRoot"]
    entries = next(number for number, text in enumerate(pages, 1) if "0001" in text)
    assert re.search(rf"南山区[ .·…]*{entries}\b", pages[1])
    index = next(text for text in pages[2:] if "资源名称索引" in text)
    assert re.search(rf"灯塔馆\s*0002\s*{entries}", index)
    fonts = {str(font) for page in reader.pages for font in _fonts(page)}
    assert all("NotoSerifCJKsc" in font or "NotoSansCJKsc" in font for font in fonts)


def _fonts(page):
    return [font["/BaseFont"] for font in page["/Resources"].get("/Font", {}).values()]


def test_content_of_a_book_is_text_and_no_markup(directory):
    assert "看得见的海 #[evil] $x$ *a*" in "".join(page.extract_text() for page in read(directory).pages)


def test_the_same_book_gives_the_same_bytes(directory):
    assert directory == documents.book("resources/census_directory.typ", BOOK, made_at=AT)


def test_a_book_that_takes_too_much_memory_is_refused_in_one_sentence():
    section = BOOK["chapters"][0]["sections"][0]
    many = [section["entries"][0] | {"id": f"e{number}"} for number in range(1, 6000)]
    long = {**BOOK, "chapters": [{"title": "南山区", "sections": [{"title": "场馆", "entries": many}]}]}

    with pytest.raises(Refused, match="文档过大"):
        documents.book(
            "resources/census_directory.typ", long, made_at=AT, limits=Limits(seconds=50, memory_mb=250)
        )


def test_rare_characters_of_names_and_places_are_drawn():
    reader = read(documents.written('<html lang="zh-CN"><title>字</title><p>壆岗 鲘门 䶮 𬭎 𠮷', made_at=AT))

    assert re.sub(r"\s", "", reader.pages[0].extract_text()) == "壆岗鲘门䶮𬭎𠮷"


class Canary(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"body { color: red }")

    def log_message(self, *args):
        pass


@pytest.fixture
def canary():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def greedy(canary, tmp_path):
    """HTML that asks for foreign and local files in every way a document can."""
    secret = tmp_path / "secret.css"
    secret.write_text("SECRET-OF-THE-SERVER")
    here = f"127.0.0.1:{canary.server_port}"
    addresses = [
        f"http://{here}/x",
        f"//{here}/x",
        secret.as_uri(),
        f"FILE://{secret}",
        str(secret),
        f"data:text/css,@import url(http://{here}/nested)",
    ]
    every = "".join(
        f'<link rel="stylesheet" href="{address}"><link rel="attachment" href="{address}">'
        f'<link rel="icon attachment" href="{address}"><img alt="图" src="{address}">'
        f'<a rel="attachment" href="{address}">附件</a><object data="{address}"></object>'
        f'<embed src="{address}"><iframe src="{address}"></iframe>'
        f'<svg><image href="{address}"/><use href="{address}#a"/><style>@import url({address});</style></svg>'
        f"<style>@import url({address}); @font-face {{ font-family: x; src: url({address}) }}"
        f"p {{ background: url({address}); list-style-image: url({address}) }}</style>"
        f'<p style="content: url({address}); font-family: x">字</p>'
        for address in addresses
    )
    return f'<html lang="zh-CN"><title>题</title>{every}'


def test_a_document_fetches_and_attaches_nothing(canary, greedy):
    document = documents.written(greedy, made_at=AT)

    assert canary.asked == []
    reader = read(document)
    assert not reader.attachments
    assert b"/EmbeddedFile" not in document
    assert "SECRET" not in "".join(page.extract_text() for page in reader.pages)


def test_the_canary_would_have_sung_without_the_guard(canary, greedy):
    document = HTML(string=greedy, base_url="http://127.0.0.1:1/").write_pdf()

    assert canary.asked
    assert "secret.css" in read(document).attachments


@pytest.mark.parametrize(
    "path", ["../portal/settings.py", "%2e%2e/manage.py", "css/missing.css", "/etc/passwd"]
)
def test_a_packaged_address_does_not_climb_out_of_its_folder(path):
    html = f'<html lang="zh-CN"><title>题</title><link rel="stylesheet" href="static:{path}"><p>字'

    with pytest.raises(RuntimeError, match="no such packaged file"):
        documents.written(html, made_at=AT)


def test_a_document_that_takes_too_long_is_refused_in_one_sentence():
    html = '<html lang="zh-CN"><title>题</title>' + "<table><tr><td>字</td></tr></table>" * 20_000

    with pytest.raises(Refused, match="超时"):
        documents.written(html, made_at=AT, limits=Limits(seconds=2, memory_mb=1536))


def test_a_document_that_takes_too_much_memory_is_refused_in_one_sentence():
    html = '<html lang="zh-CN"><title>题</title>' + "<p>字</p>" * 60_000

    with pytest.raises(Refused, match="过大"):
        documents.written(html, made_at=AT, limits=Limits(seconds=50, memory_mb=200))


def test_the_child_knows_no_secret_of_the_portal():
    environment = documents._environment(AT)

    assert not [value for value in environment.values() if value in (settings.SECRET_KEY, settings.FIELD_KEY)]
    assert not {"SECRET_KEY", "FIELD_KEY", "DATABASE_URL", "http_proxy"} & set(environment)
    written = Path(documents.WRITER).read_text()
    assert "from portal" not in written
    assert "import django" not in written


# ---------------------------------------------------------------- official letters


def letter(**changed):
    first = {
        "issuer": "深圳市科学技术协会",
        "number": "深科协〔2026〕12号",
        "title": "关于开展2026年度科普基地认定工作的通知",
        "recipient": "各区科协，各有关单位",
        "body": (Paragraph(SENTENCE), Paragraph("一、申报条件", 1), *[Paragraph(SENTENCE)] * 30),
        "signed_on": date(2026, 3, 5),
        "attachments": ("申报书", "评分表"),
        "copies": "市教育局。",
        "office": "深圳市科学技术协会办公室",
    }
    return Letter(**{**first, **changed})


def test_a_letter_has_22_lines_of_at_most_28_characters():
    reader = read(documents.official_letter(letter()))

    assert (float(reader.pages[0].mediabox.width), float(reader.pages[0].mediabox.height)) == pytest.approx(
        (595.28, 841.89), abs=0.1
    )
    lines = [line for line in reader.pages[1].extract_text().splitlines() if line.strip() and "—" not in line]
    assert len(lines) == 22
    assert max(len(line.replace(" ", "")) for line in lines) <= 28 + 4  # half-width digits take half a place


def test_a_letter_carries_its_parts_in_their_order():
    text = re.sub(
        r"\s", "", "".join(page.extract_text() for page in read(documents.official_letter(letter())).pages)
    )

    places = [
        text.index(part)
        for part in (
            "深圳市科学技术协会文件",
            "深科协〔2026〕12号",
            "关于开展2026年度科普基地认定工作的通知",
            "各区科协，各有关单位：",
            "一、申报条件",
            "附件：1.申报书",
            "2.评分表",
            "2026年3月5日",
            "抄送：市教育局。",
            "2026年3月5日印发",
        )
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("number", ["深科协〔2021〕012号", "深科协[2021]12号"])
def test_a_letter_with_an_improper_number_is_refused(number):
    # facts 10.12
    with pytest.raises(Refused, match="发文字号"):
        documents.official_letter(letter(number=number))


# ---------------------------------------------------------------- issued papers


@pytest.fixture
def paper(staff):
    return documents.issue(
        TRANSCRIPT,
        [("学校", "示例小学"), ("学年", "2025–2026"), ("学分合计", "12.00")],
        by=staff,
        holder="youth_credits.student:7",
        name="欧阳小三",
        at=AT,
    )


def test_a_paper_gets_a_number_a_token_and_an_entry_in_the_trail(paper, staff):
    assert paper.number == "KPXF-2026-000001"
    assert re.fullmatch("[A-Z2-7]{26}", paper.token)
    assert paper.masked_name == "欧**三"
    entry = AuditEntry.objects.get(subject_type="portal.IssuedPaper", subject_id=paper.pk)
    assert (entry.action, entry.actor_id) == ("issue", staff.pk)
    assert "欧阳小三" not in str(IssuedPaper.objects.values().get())
    assert "student:7" not in str(IssuedPaper.objects.values().get())


def test_papers_of_a_holder_are_found_by_the_key_alone(paper, staff):
    documents.issue(TRANSCRIPT, FACTS, by=staff, holder="youth_credits.student:8")

    assert list(IssuedPaper.objects.of("youth_credits.student:7")) == [paper]


def test_numbers_run_without_gaps_per_letters_and_year(staff):
    other = PaperKind("service", "KPFW", "志愿服务时长证明")
    numbers = [documents.issue(TRANSCRIPT, FACTS, by=staff, at=AT).number for _ in range(2)]
    with transaction.atomic():
        documents.issue(TRANSCRIPT, FACTS, by=staff, at=AT)
        transaction.set_rollback(True)
    numbers += [
        documents.issue(TRANSCRIPT, FACTS, by=staff, at=AT).number,
        documents.issue(TRANSCRIPT, FACTS, by=staff, at=AT.replace(year=2027)).number,
        documents.issue(other, FACTS, by=staff, at=AT).number,
    ]

    assert numbers == [
        "KPXF-2026-000001",
        "KPXF-2026-000002",
        "KPXF-2026-000003",
        "KPXF-2027-000001",
        "KPFW-2026-000001",
    ]


@pytest.mark.django_db(transaction=True)
def test_papers_issued_at_once_get_different_numbers(staff):
    def issue(_):
        try:
            return documents.issue(TRANSCRIPT, FACTS, by=staff, at=AT).number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(issue, range(12)))

    assert numbers == [f"KPXF-2026-{place:06d}" for place in range(1, 13)]


@pytest.mark.parametrize(
    "broken",
    [
        {"revoke_reason": "误发"},
        {"revoked_at": AT},
        {"revoked_at": AT.replace(year=2020), "revoke_reason": "误发"},
        {"token": "short"},
    ],
)
def test_the_database_refuses_a_paper_that_makes_no_sense(paper, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedPaper.objects.filter(pk=paper.pk).update(**broken)


def test_a_paper_is_revoked_once_and_with_a_reason(paper, staff):
    with pytest.raises(Refused, match="原因"):
        documents.revoke(paper, reason=" ", by=staff)

    documents.revoke(paper, reason="学分更正后重开", by=staff)

    assert paper.revoked_at
    assert not IssuedPaper.objects.valid().exists()
    with pytest.raises(Refused, match="已撤销"):
        documents.revoke(paper, reason="再次", by=staff)
    assert AuditEntry.objects.filter(action="revoke", note="学分更正后重开").exists()


def test_the_qr_code_is_a_picture_that_fetches_nothing(paper):
    assert paper.qr.startswith("data:image/svg+xml")
    assert paper.address == f"{settings.SITE_URL.rstrip('/')}/verify/{paper.token}/"


def test_anyone_sees_that_a_paper_is_valid_and_no_full_name(client, paper):
    answer = client.get(reverse("verify", args=[paper.token]))

    page = answer.content.decode()
    assert answer.status_code == 200
    for words in ("有效", paper.number, "欧**三", "示例小学", "12.00", "第 1 次"):
        assert words in page
    assert "欧阳小三" not in page
    assert "no-store" in answer["Cache-Control"]
    assert not AuditEntry.objects.filter(action="view").exists()


def test_each_check_is_counted(client, paper):
    for _ in range(3):
        client.get(reverse("verify", args=[paper.token]))

    paper.refresh_from_db()
    assert paper.check_count == 3


def test_a_revoked_paper_says_so(client, paper, staff):
    documents.revoke(paper, reason="内部原因不公开", by=staff)

    page = client.get(reverse("verify", args=[paper.token])).content.decode()

    assert "已撤销" in page
    assert "目前有效" not in page
    assert "内部原因不公开" not in page


@pytest.mark.parametrize("token", ["A" * 26, "x", "%00", "../../etc", "字" * 26, "A" * 3000])
def test_a_token_of_nobody_is_not_found(client, token):
    answer = client.get(f"/verify/{token}/")

    assert answer.status_code == 404
    assert "有效。请核对" not in answer.content.decode()


def test_number_and_check_code_lead_to_the_paper(client, paper):
    typed = {"number": f" {paper.number.lower()} ", "code": paper.code.lower()}

    answer = client.post(reverse("verify_form"), typed)

    assert answer.status_code == 302
    assert answer["Location"] == paper.get_absolute_url()


@pytest.mark.parametrize("code", ["", "AAAAAAAA", "A", "字字字字字字字字", "A" * 26])
def test_a_number_alone_shows_nothing(client, paper, code):
    answer = client.post(reverse("verify_form"), {"number": paper.number, "code": code})

    assert answer.status_code == 422
    assert "示例小学" not in answer.content.decode()


def test_a_number_of_another_shape_is_explained_beside_its_field(client):
    answer = client.post(reverse("verify_form"), {"number": "12", "code": "AAAA AAAA"})

    assert answer.status_code == 422
    assert "证书编号应由类别字母" in answer.content.decode()


def test_the_form_stands_open_to_everybody(client):
    assert client.get(reverse("verify_form")).status_code == 200
