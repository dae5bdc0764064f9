"""Without the network, and after it: the screen goes on, and what changed meanwhile arrives."""

import signal
import time

from tests.system.rig import DOORWAYS, Village, end, until


def test_without_broker_and_http_a_restarted_screen_shows_the_same_picture(village: Village) -> None:
    village.write_notice("one", "断网也看得到的通知", "village", body="正文。")
    village.start_publisher()
    screen = village.screen(DOORWAYS[3])
    screen.start_agent()
    screen.start_player()
    until("the notice", lambda: screen.notices() == {"one"})
    before = until("the picture", lambda: screen.drawn("one"))

    village.broker.stop()
    end(village.publisher)
    screen.stop(signal.SIGKILL)
    screen.frame.unlink()
    (screen.home / "run" / "heartbeat.json").unlink()
    screen.start_agent()
    screen.start_player()
    assert until("a picture without any network", lambda: screen.drawn("one")) == before
    time.sleep(2.0)
    assert screen.picture() == before

    village.write_notice("one", "断网时改过的通知", "village", body="新的正文。")
    village.broker.start()
    village.start_publisher()
    until("the change made meanwhile", lambda: {n.title for n in screen.loaded().view.notices} == {"断网时改过的通知"})
    until("the new picture", lambda: screen.picture() not in (None, before))


def test_a_screen_behind_a_firewall_lives_on_http_alone(village: Village) -> None:
    village.write_notice("one", "只走 HTTP", "village")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    config = screen.home / "kiosk.yaml"
    config.write_text(config.read_text().replace(village.broker.url, "mqtt://127.0.0.1:9"))
    screen.start_agent()
    until("the notice", lambda: screen.notices() == {"one"}, patience=60.0)


def test_the_publisher_fills_a_broker_that_forgot_everything(village: Village) -> None:
    village.write_notice("one", "还在", "village")
    village.start_publisher()
    first = village.screen(DOORWAYS[0])
    first.start_agent()
    until("the notice", lambda: first.notices() == {"one"})
    village.broker.stop()  # its folder is a temporary one: nothing is kept
    village.broker.start()
    late = village.screen(DOORWAYS[1])
    late.start_agent()
    until("the notice at a new screen", lambda: late.notices() == {"one"})


def test_revisions_go_on_growing_after_the_publisher_lost_its_disk(village: Village) -> None:
    village.write_notice("one", "第一版", "village")
    village.start_publisher()
    screen = village.screen(DOORWAYS[0])
    screen.start_agent()
    until("the notice", lambda: screen.notices() == {"one"})
    end(village.publisher, signal.SIGKILL)
    for path in sorted((village.folder / ".publisher").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    village.write_notice("one", "第二版", "village")
    village.start_publisher()
    until("the second", lambda: [n.title for n in screen.loaded().view.notices] == ["第二版"])
