"""What an uploaded sheet may cost, in one place: shown before an upload, held by the reading child."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a file may cost. Basis: docs/decisions/spreadsheets-are-read-in-a-child.md."""

    file_bytes: int = 20 << 20
    entries: int = 2_000
    unpacked_bytes: int = 100 << 20
    styles_bytes: int = 4 << 20
    rows: int = 50_000
    columns: int = 64
    cell: int = 500
    free_text: int = 5_000
    memory_bytes: int = 512 << 20
    cpu_seconds: int = 20
    wall_seconds: int = 30

    @property
    def sentence(self) -> str:
        """The limits as a person needs them before an upload."""
        return (
            f"可上传 xlsx、xls、ods 或 CSV 文件，不超过 {self.file_bytes >> 20} MB、{self.rows:,} 行、"
            f"{self.columns} 列；每格不超过 {self.cell} 个字（说明性文字 {self.free_text:,} 个字）。"
        )


SHEET_LIMITS = Limits()
