"""Pictures and files that people send or get: encrypted on disk under generated names, described by a row."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from bot.errors import FileUnknown
from bot.tables import FileRow
from domain.kernel.crypto import keyring
from domain.kernel.tx import Tx

PLACE = "files.content"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class FileStore:
    """Keeps bytes in `folder`; a file's row and its bytes are written before anything refers to them."""

    folder: Path

    async def keep(self, tx: Tx, person: str, name: str, media_type: str, content: bytes) -> FileRow:
        """Store a file that a person sent, or that is made for them."""
        row = FileRow(
            id=tx.new_id("fl"),
            person=person,
            name=safe_name(name),
            media_type=media_type[:120],
            size=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            at=tx.now,
        )
        await asyncio.to_thread(self._write, row.id, keyring().encrypt(content, PLACE))
        tx.session.add(row)
        await tx.session.flush()
        return row

    async def keep_reply(self, tx: Tx, person: str, file: tuple[str, bytes]) -> str:
        name, content = file
        return (await self.keep(tx, person, name, XLSX if name.endswith(".xlsx") else "application/pdf", content)).id

    async def read(self, tx: Tx, file_id: str) -> bytes:
        """The plain bytes. Raises FileUnknown."""
        if await tx.session.get(FileRow, file_id) is None:
            raise FileUnknown
        path = self.folder / file_id
        if not path.is_file():
            raise FileUnknown
        return keyring().decrypt(await asyncio.to_thread(path.read_bytes), PLACE)

    def _write(self, file_id: str, content: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / file_id
        path.touch(mode=0o600)
        with path.open("wb") as file:
            file.write(content)
            os.fsync(file.fileno())  # before the row that refers to it commits


def safe_name(name: str) -> str:
    """A file name to show, never a path; at most 100 characters."""
    bare = re.split(r"[\\/]", name)[-1]
    return re.sub(r"[\x00-\x1f]", "", bare)[-100:] or "file"
