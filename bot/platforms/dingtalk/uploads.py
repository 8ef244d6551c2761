"""A stored file as a robot message: what kind of message shows it, and in what form it is uploaded."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field

from bot.platforms.dingtalk import limits
from bot.platforms.dingtalk.render import Message

PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "bmp"})
DATED = (2020, 1, 1, 0, 0, 0)
"""A fixed date inside of zips: the same file gives the same bytes."""


@dataclass(frozen=True)
class Parcel:
    """What is uploaded. `kind` is media/upload's type."""

    kind: str
    name: str
    content: bytes = field(repr=False)

    def message(self, media_id: str) -> Message:
        if self.kind == "image":
            return Message("sampleImageMsg", {"photoURL": media_id})
        kind = _extension(self.name)
        return Message("sampleFile", {"mediaId": media_id, "fileName": self.name, "fileType": kind})


def parcel(name: str, content: bytes) -> Parcel:
    """The file as it is where DingTalk shows its kind; else in a zip."""
    kind = _extension(name)
    if kind in PICTURES:
        return Parcel("image", name, content)
    if kind in limits.FILE_TYPES:
        return Parcel("file", name, content)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, DATED), content, zipfile.ZIP_DEFLATED)
    return Parcel("file", f"{name}.zip", packed.getvalue())


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower()
