"""The admin's commands, as far as they need no broker: what they print, leave behind and return."""

import json
from pathlib import Path

import pytest

from content.__main__ import main
from content.manifest import encode
from content.signing import Key, encode_public, verify_keyring
from tests.fakes import NOTICE_YAML, OURS, STREET, VILLAGE_YAML, key, write_folder


def run(*arguments: object) -> int:
    return main([str(one) for one in arguments])


def test_a_new_folder_can_be_checked_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "baizhuang"
    assert run("init", folder) == 0
    out = capsys.readouterr().out
    assert f"新建 {folder}/village.yaml" in out
    assert "root.pem" in out
    assert run("check", folder) == 0
    assert capsys.readouterr().out == "1 条通知、0 条警报、6 个地点可以发布；0 处错误，0 处提醒\n"
    assert run("init", folder) == 0
    assert "什么也没有改" in capsys.readouterr().out


def test_check_prints_every_problem_as_file_line_and_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = {"notices/a.yaml": NOTICE_YAML + "titel: x\n", "notices/b.yaml": NOTICE_YAML.replace("north", "nroth")}
    folder = write_folder(tmp_path, {**bad, "notices/c.yaml": NOTICE_YAML + "show: {until: 2020-01-01}\n"})
    assert run("check", folder, "--quick") == 1
    assert capsys.readouterr().out.splitlines() == [
        "notices/a.yaml:5: 不认识 'titel'；是不是 'title'？",
        "notices/b.yaml:3: 没有地点 'baizhuang/nroth'；是不是 'baizhuang/north'？",
        "notices/c.yaml:5: 今后一年不会再显示；过期的可以删除或移到 drafts/，否则检查 show  （提醒）",
        "village.yaml:7: 没有写 hosts：网址被改到别处也不会拦下；"
        "在 village.yaml 里写上自己的，例如 hosts: [service.example]  （提醒）",
        "1 条通知、0 条警报、7 个地点可以发布；2 处错误，2 处提醒",
    ]


def test_a_warning_alone_stops_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_folder(tmp_path, {"notices/c.yaml": NOTICE_YAML + "show: {until: 2020-01-01}\n"})
    assert run("check", folder, "--quick") == 0
    assert "提醒" in capsys.readouterr().out


def test_check_leaves_no_trace(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML})
    run("check", folder, "--size", "1280x720")
    run("places", folder)
    assert sorted(path.name for path in folder.iterdir()) == ["notices", "village.yaml"]


@pytest.mark.parametrize("command", ["check", "places"])
def test_a_folder_that_is_none_is_one_line_and_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert run(command, tmp_path / "nowhere") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "python -m content init" in captured.err


def test_init_on_a_file_is_one_line_and_no_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    assert run("init", tmp_path / "file") == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_places_prints_one_path_a_line_with_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("places", write_folder(tmp_path)) == 0
    assert capsys.readouterr().out == (
        "baizhuang  白庄村\n"
        "baizhuang/north  北区\n"
        "baizhuang/north/w012  第12微网格\n"
        "baizhuang/north/w012/b3  3号楼\n"
        "baizhuang/north/w012/b3/u1  1单元\n"
        "baizhuang/north/w012/b3/u2  2单元\n"
        "baizhuang/south  南区\n"
    )


def test_places_can_be_drawn_as_a_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("places", write_folder(tmp_path), "--tree") == 0
    assert capsys.readouterr().out == (
        "白庄村  baizhuang\n"
        "├─ 北区  north\n"
        "│  └─ 第12微网格  w012\n"
        "│     └─ 3号楼  b3\n"
        "│        ├─ 1单元  u1\n"
        "│        └─ 2单元  u2\n"
        "└─ 南区  south\n"
    )


def test_places_of_a_village_with_a_mistake_says_the_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(tmp_path, {"village.yaml": VILLAGE_YAML + "timezone: Asia/Beijing\n"})
    assert run("places", folder) == 1
    assert capsys.readouterr().err.startswith("village.yaml:17: ")


def test_withdrawing_what_is_not_there_names_what_is_and_moves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(tmp_path, {"notices/2025-07-10-water.yaml": NOTICE_YAML})
    assert run("withdraw", folder, "2025-07-10-watre") == 1
    assert capsys.readouterr().err == "没有编号为 '2025-07-10-watre' 的通知或警报；是不是 '2025-07-10-water'？\n"
    assert (folder / "notices/2025-07-10-water.yaml").exists()


@pytest.mark.parametrize("name", ["../village", "notices/a", "*", ""])
def test_withdrawing_reaches_nothing_outside_the_notices(tmp_path: Path, name: str) -> None:
    folder = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML})
    assert run("withdraw", folder, name) == 1
    assert (folder / "village.yaml").exists()
    assert (folder / "notices/a.yaml").exists()


def test_withdrawing_onto_a_draft_of_that_name_loses_neither(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML, "drafts/a.yaml": "draft"})
    assert run("withdraw", folder, "a") == 1
    assert "drafts/" in capsys.readouterr().err
    assert (folder / "drafts/a.yaml").read_text() == "draft"
    assert (folder / "notices/a.yaml").exists()


def test_withdrawing_with_a_wrong_address_moves_nothing(tmp_path: Path) -> None:
    """Or the notice would be out of the folder and still on every screen, without a word."""
    folder = write_folder(tmp_path, {"notices/a.yaml": NOTICE_YAML})
    run("init", folder)
    assert run("withdraw", folder, "a", "--broker", "http://wrong") == 1
    assert (folder / "notices/a.yaml").exists()


def test_half_a_set_of_certificates_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_folder(tmp_path)
    assert run("publish", folder, "--ca", tmp_path / "ca.pem") == 1
    assert "--cert" in capsys.readouterr().err


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """The public half of the street office."""
    path = tmp_path / "street.pub"
    path.write_bytes(HALF)
    return path


def made(folder: Path) -> Path:
    """A village with keys."""
    assert run("init", write_folder(folder)) == 0
    return folder


def test_trust_adds_a_publisher_in_a_new_version(
    tmp_path: Path, street: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made(tmp_path / "a")
    before = verify_keyring((folder / "keyring.json").read_bytes(), None)
    assert run("trust", folder, street, "--scope", "baizhuang,other/place", "--may", "alerts") == 0
    after = verify_keyring((folder / "keyring.json").read_bytes(), before)
    entry = after.publisher(STREET)
    assert entry
    assert (after.version, entry.scope, entry.may) == (2, ("baizhuang", "other/place"), ("alerts",))
    assert after.publishers[0] == before.publishers[0]
    capsys.readouterr()
    assert run("trust", folder, street, "--scope", "baizhuang,other/place", "--may", "alerts") == 0
    assert "没有改" in capsys.readouterr().out
    assert verify_keyring((folder / "keyring.json").read_bytes(), None).version == 2


@pytest.mark.parametrize(
    "options",
    [("--scope", "#"), ("--scope", ""), ("--scope", "a/../b"), ("--scope", "baizhuang", "--may", "everything")],
)
def test_trust_refuses_a_scope_or_a_power_that_is_none(tmp_path: Path, street: Path, options: tuple[str, ...]) -> None:
    folder = made(tmp_path / "a")
    before = (folder / "keyring.json").read_bytes()
    assert run("trust", folder, street, *options) == 1
    assert (folder / "keyring.json").read_bytes() == before


HALF = encode_public(key(STREET), STREET, "街道办")
BAD_HALVES = {
    "not a key": b"hello",
    "an id that no topic can carry": HALF.replace(STREET.encode(), b"Street Office"),
    "an id that is a wildcard": HALF.replace(STREET.encode(), b"+"),
    "a private key by mistake": b"-----BEGIN PRIVATE KEY-----\n",
}


@pytest.mark.parametrize("content", BAD_HALVES.values(), ids=BAD_HALVES.keys())
def test_trust_refuses_a_file_that_would_stop_every_screen(tmp_path: Path, street: Path, content: bytes) -> None:
    folder = made(tmp_path / "a")
    before = (folder / "keyring.json").read_bytes()
    street.write_bytes(content)
    assert run("trust", folder, street, "--scope", "baizhuang") == 1
    assert (folder / "keyring.json").read_bytes() == before


def test_trust_with_the_wrong_root_key_changes_nothing(tmp_path: Path, street: Path) -> None:
    """Or the next keyring would be one that no screen believes."""
    folder = made(tmp_path / "a")
    before = (folder / "keyring.json").read_bytes()
    Key.generate().save(folder / "keys" / "root.pem")
    assert run("trust", folder, street, "--scope", "baizhuang") == 1
    assert (folder / "keyring.json").read_bytes() == before


def test_trust_without_keys_says_to_make_them(tmp_path: Path, street: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("trust", write_folder(tmp_path / "a"), street, "--scope", "baizhuang") == 1
    assert "python -m content init" in capsys.readouterr().err


def test_trust_of_a_keyring_that_was_tampered_with_is_refused(tmp_path: Path, street: Path) -> None:
    folder = made(tmp_path / "a")
    message = json.loads((folder / "keyring.json").read_bytes())
    message["payload"] = message["payload"][:-8] + "AAAAAAA="
    (folder / "keyring.json").write_text(json.dumps(message))
    assert run("trust", folder, street, "--scope", "baizhuang") == 1


def test_the_keyring_stays_as_it_was_encoded(tmp_path: Path) -> None:
    folder = made(tmp_path / "a")
    keyring = verify_keyring((folder / "keyring.json").read_bytes(), None)
    root = Key.load(folder / "keys" / "root.pem")
    assert verify_keyring(root.sign(encode(keyring)), keyring) == keyring


def test_no_command_is_a_usage_and_not_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_trust_never_replaces_ones_own_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two folders of the same publisher id: with the other's key no screen would believe us any more."""
    ours, theirs = made(tmp_path / "a"), made(tmp_path / "b")
    before = (ours / "keyring.json").read_bytes()
    for folder in (theirs, ours):
        assert run("trust", ours, folder / f"keys/{OURS}.pub", "--scope", "baizhuang", "--replace") == 1
        assert "就是本文件夹的发布者" in capsys.readouterr().err
    assert (ours / "keyring.json").read_bytes() == before


def test_another_key_for_a_known_publisher_needs_a_word(tmp_path: Path, street: Path) -> None:
    folder = made(tmp_path / "a")
    assert run("trust", folder, street, "--scope", "baizhuang") == 0
    street.write_bytes(encode_public(key("thief"), STREET, "街道办"))
    assert run("trust", folder, street, "--scope", "baizhuang") == 1
    assert run("trust", folder, street, "--scope", "baizhuang", "--replace") == 0
    entry = verify_keyring((folder / "keyring.json").read_bytes(), None).publisher(STREET)
    assert entry
    assert entry.keys == {key("thief").id: key("thief").public}


def test_check_tells_of_a_keyring_that_does_not_know_our_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made(tmp_path / "a")
    assert run("check", folder, "--quick") == 0
    Key.generate().save(folder / "keys" / f"{OURS}.pem")
    assert run("check", folder, "--quick") == 1
    assert "keyring.json:1: 钥匙串里没有" in capsys.readouterr().out


def test_a_root_key_that_is_kept_elsewhere_is_not_made_anew(tmp_path: Path, street: Path) -> None:
    folder = made(tmp_path / "a")
    (folder / "keys" / "root.pem").rename(tmp_path / "usb-stick.pem")
    assert run("init", folder) == 0
    assert not (folder / "keys" / "root.pem").exists()


def test_no_wrong_path_ends_in_a_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for arguments in (["publish", tmp_path / "none"], ["init", file / "x"], ["init", file], ["check", file]):
        assert run(*arguments) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_serve_wants_a_certificate_and_its_key_or_neither(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "hill"
    assert main(["init", str(folder)]) == 0
    assert main(["serve", str(folder), "--http-cert", str(tmp_path / "a.crt")]) == 1
    assert "--http-key" in capsys.readouterr().err
