"""What the keyring of a content folder lets its own publisher do, and what it keeps screens from believing."""

from pathlib import Path

from content.errors import FolderError, Refused
from content.place import depth
from content.problem import Problem
from content.roster import Roster
from content.signing import Key, Keyring, verify_keyring
from content.village import Village

NO_POWER = (
    "screens.yaml: 钥匙串没有给 {publisher} 安排屏幕的权（assignment），名单里的地点屏幕不会照办。"
    "请把根密钥放回 keys/root.pem，再运行：\n"
    "  python -m content trust 本文件夹 本文件夹/keys/{publisher}.pub --scope {scope} --may {may}"
)


def key_path(folder: Path, publisher: str) -> Path:
    """Where the private key of a publisher lies."""
    return folder / "keys" / f"{publisher}.pem"


def keyring_problems(folder: Path, village: Village | None) -> list[Problem]:
    """What the keyring of this folder keeps screens from believing. No keyring, or no key yet, is no mistake."""
    try:
        keyring = verify_keyring((folder / "keyring.json").read_bytes(), None)
        key = Key.load(key_path(folder, village.publisher)) if village else None
    except Refused as error:
        return [Problem("keyring.json", 1, f"钥匙串有误：{error}", "从备份恢复，或用根密钥重新签发")]
    except (OSError, FolderError):
        return []
    if village is None or key is None:
        return []
    own = keyring.publisher(village.publisher)
    if own is None or key.id not in own.keys:
        return [
            Problem(
                "keyring.json", 1, f"钥匙串里没有 {village.publisher} 的这把钥匙，屏幕不会相信它", "用根密钥重新签发"
            )
        ]
    roots = [place for place in village.places if depth(place) == 1 and not own.covers(place)]
    scope = ",".join([*own.scope, *roots])
    again = (
        f"请把根密钥放回 keys/root.pem，再运行 python -m content trust {folder} {folder}/keys/{own.id}.pub "
        f"--scope {scope} --may {','.join(own.may)}"
    )
    return [Problem("keyring.json", 1, f"钥匙串不许 {own.id} 发到 {place}", again) for place in roots]


def may_assign(keyring: Keyring | None, publisher: str, key: Key) -> bool:
    """Do screens believe this publisher's assignments?"""
    own = keyring.publisher(publisher) if keyring else None
    return own is not None and key.id in own.keys and "assignment" in own.may


def keyring_of(folder: Path) -> Keyring | None:
    """The keyring of a content folder; None where there is none that can be believed (told elsewhere)."""
    try:
        return verify_keyring((folder / "keyring.json").read_bytes(), None)
    except (OSError, Refused):
        return None


def powerless(roster: Roster, keyring: Keyring | None, publisher: str, key: Key) -> list[str]:
    """A warning, where a list of screens moves nobody because the keyring does not say that we may."""
    own = keyring.publisher(publisher) if keyring else None
    if not roster.entries or own is None or may_assign(keyring, publisher, key):
        return []
    may = ",".join([*own.may, "assignment"])
    return [NO_POWER.format(publisher=publisher, scope=",".join(own.scope), may=may)]
