"""A font file that holds Chinese: the configured one, else one in the folders where systems keep theirs."""

from __future__ import annotations

from pathlib import Path

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")
NAMES = (
    "*wqy-microhei*.tt[cf]",
    "*wqy*.tt[cf]",
    "*NotoSansSC*.[to]tf",
    "*NotoSansCJK*.[to]t[cf]",
    "*SourceHanSans*.[to]t[cf]",
    "*uming*.ttc",
    "*PingFang*.ttc",
)
"""In the order in which they are preferred."""


def chinese(configured: Path | None, folders: tuple[str, ...] = FOLDERS) -> Path | None:
    """The font to draw Chinese with; None when there is none. A configured one that is missing is not replaced."""
    if configured is not None:
        return configured if configured.is_file() else None
    there = [folder for name in folders if (folder := Path(name).expanduser()).is_dir()]
    return next((file for name in NAMES for folder in there for file in sorted(folder.rglob(name))), None)
