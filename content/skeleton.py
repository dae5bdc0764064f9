"""A new content folder: a small commented village to write over, keys, and the first keyring."""

import re
import secrets
from pathlib import Path

from content.authored import VillageFile
from content.document import read
from content.errors import FolderError
from content.files import write_atomic
from content.manifest import encode
from content.place import LEVEL, RESERVED, check_level
from content.signing import Key, Keyring, Publisher, encode_public
from content.vouched import key_path

VILLAGE = """\
# 村子的总表：发布者、地点树。改完保存即可，serve 会自动发布。
# 各项的写法见 content/README.md；检查有没有写错：python -m content check 本文件夹

publisher: {publisher}      # 发布者代号：小写字母、数字、连字符；定下后不要改
name: 示例村村委会            # 显示在每条通知下面
timezone: Asia/Shanghai

# 优居码和通知里的网址只能到这里；写了别处的不会发布。换成自己的主机名，可以写几个
hosts: [service.example]

# 地点树：村 / 街区 / 微网格 / 楼栋 / 单元。左边是代号（拼进屏幕的地址），name 是居民看到的名字。
places:
  {root}:
    name: 示例村
    # 优居码：{{building}} 会换成各楼栋自己的代号
    service_code: {{url: "https://service.example/b?w={{building}}", title: 扫码 马上办, hint: 报修 · 反映问题 · 求助}}
    # 网格员公示牌：写在哪一级，就管那一级和下面所有的屏；离屏最近的一张有效
    card: {{name: 张三（示例）, duty: 第一微网格网格员, phone: 0391-0000000}}
    places:
      north:
        name: 北区
        places:
          w001:
            name: 第1微网格
            places:
              b1: {{name: 1号楼, units: 2}}    # units: 2 就是 1单元、2单元
"""
NOTICE = """\
# 一条通知一个文件，文件名就是它的编号。发新的：在 notices/ 里新建一个文件；撤回：python -m content recall
title: 便民视窗开通了
topic: 便民信息
to: [{root}]
# show: {{from: 2025-07-10, until: 2025-07-12T18:00, daily: "06:30-22:00"}}
# show: {{rrule: "FREQ=MONTHLY;BYMONTHDAY=5,15,25"}}     # 每月 5、15、25 日
body: |
  村里的通知以后在这块屏上轮流播放，紧急情况会整屏提醒。

  | 您有事 | 怎么办 |
  |---|---|
  | 报修、反映问题 | 扫屏上的优居码 |
  | 找网格员 | 打屏上的电话 |
"""
IGNORED = "# 私钥和发布状态不要放进版本库，也不要发给别人\nkeys/\nauthority/\n.publisher/\n"


def create(folder: Path) -> list[str]:
    """Make what is missing in `folder` and return what was made. Never overwrites anything.

    In a folder that has a village.yaml already, only the keys and the keyring are made.
    Raises FolderError.
    """
    made = []
    if folder.exists() and not folder.is_dir():
        raise FolderError(f"{folder} 是一个文件；请换一个新的文件夹名")
    if not (folder / "village.yaml").exists():
        if folder.is_dir() and any(folder.iterdir()):
            raise FolderError(f"{folder} 不是空的，也没有 village.yaml；请换一个新的文件夹名")
        made += write_village(folder)
    village = read_village(folder)
    return made + make_keys(folder, village)


def write_village(folder: Path) -> list[str]:
    """The skeleton's files."""
    simple = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower())[:40].strip("-")
    root = simple if LEVEL.fullmatch(simple) and simple not in RESERVED else "village"
    # Two folders that fall back to the same name, or that every server has, must not publish under the same name.
    publisher = f"{root}-publisher" if root == simple != "village" else f"{root}-{secrets.token_hex(3)}"
    texts = {
        "village.yaml": VILLAGE.format(publisher=publisher, root=root),
        "notices/welcome.yaml": NOTICE.format(root=root),
        ".gitignore": IGNORED,
    }
    for section in ("notices", "alerts", "media", "drafts"):
        (folder / section).mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        write_atomic(folder / name, text.encode())
    return list(texts)


def read_village(folder: Path) -> VillageFile:
    """village.yaml as written. Raises FolderError with its problems."""
    try:
        document = read("village.yaml", (folder / "village.yaml").read_bytes(), VillageFile)
    except OSError as error:
        raise FolderError(f"{folder}/village.yaml: {error.strerror}") from error
    if document.value is None or not (document.value.publisher and document.value.places):
        raise FolderError("\n".join(str(problem) for problem in document.problems))
    check_level(document.value.publisher)  # it becomes a file's name
    return document.value


def make_keys(folder: Path, village: VillageFile) -> list[str]:
    """The root key, the publisher's key with its public half, and a keyring signed by the root."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    made = []
    root_is_elsewhere = (folder / "keyring.json").exists()  # kept offline, as it should be
    for path in (keys / "root.pem", key_path(folder, village.publisher)):
        if not path.exists() and not (path.stem == "root" and root_is_elsewhere):
            Key.generate().save(path)
            made.append(f"keys/{path.name}")
    public = keys / f"{village.publisher}.pub"
    key = Key.load(key_path(folder, village.publisher))
    if not public.exists():
        write_atomic(public, encode_public(key, village.publisher, village.name))
        made.append(f"keys/{public.name}")
    if not (folder / "keyring.json").exists():
        root = Key.load(keys / "root.pem")
        own = Publisher(
            id=village.publisher,
            name=village.name,
            keys={key.id: key.public},
            scope=tuple(village.places),
            may=("content", "alerts", "assignment", "command"),
        )
        keyring = Keyring(version=1, root_keys={root.id: root.public}, publishers=(own,))
        write_atomic(folder / "keyring.json", root.sign(encode(keyring)))
        made.append("keyring.json")
    return made
