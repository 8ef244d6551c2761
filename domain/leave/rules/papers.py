"""What a paper may be, by the file's first bytes: its name and declared type prove nothing."""

from __future__ import annotations

MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
)
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"heif"}


def paper_type(content: bytes) -> str | None:
    """The media type of a picture or PDF; None for anything else."""
    for offset, sign, media_type in MAGIC:
        if content[offset : offset + len(sign)] == sign:
            return media_type
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return "image/heic"
    return None
