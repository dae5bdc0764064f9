"""content.monitoring: who may know what is wrong where, and what everybody else hears."""

import json

import pytest
from starlette.applications import Starlette

from content.errors import FolderError
from content.monitoring import is_among, monitoring_routes, network
from content.publisher import PublisherHealth
from tests.asgi import ask

MISTAKE = "notices/a.yaml:3: 没有地点"
STRANGERS = ["10.0.0.6", "192.168.1.9", "::2", "::ffff:10.0.0.6", "fe80::1%eth0", "test", ""]


def asked(client: str, path: str, *monitors: str, ok: bool = False) -> tuple[int, str]:
    health = PublisherHealth(publisher="village", connected=True, problems=() if ok else (MISTAKE,))
    networks = [network(one) for one in monitors]
    answer = ask(Starlette(routes=monitoring_routes(health, monitors=networks)), "GET", path, client=client)
    return answer.status, answer.body.decode()


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_knows_all(client: str) -> None:
    status, told = asked(client, "/healthz")
    assert (status, json.loads(told)["problems"]) == (503, [MISTAKE])
    status, told = asked(client, "/metrics")
    assert (status, "window_publisher_problems 1.0" in told) == (200, True)


@pytest.mark.parametrize("client", STRANGERS)
def test_strangers_hear_only_whether_all_is_well(client: str) -> None:
    assert asked(client, "/healthz", "10.0.0.5") == (503, '{"ok":false}')
    assert asked(client, "/healthz", "10.0.0.5", ok=True) == (200, '{"ok":true}')
    status, told = asked(client, "/metrics", "10.0.0.5")
    assert (status, "window_" in told) == (403, False)


@pytest.mark.parametrize("monitors", [("10.0.0.6",), ("10.0.0.0/24",), ("fd00::/8", "10.0.0.1/16")])
def test_who_is_named_knows_all(monitors: tuple[str, ...]) -> None:
    assert "problems" in asked("10.0.0.6", "/healthz", *monitors)[1]
    assert asked("::ffff:10.0.0.6", "/metrics", *monitors)[0] == 200


@pytest.mark.parametrize("text", ["", "monitor.example", "10.0.0.0/40", "10.0.0"])
def test_what_is_no_address_is_refused_in_words(text: str) -> None:
    with pytest.raises(FolderError, match=r"应像 10\.0\.0\.5"):
        network(text)


def test_an_address_is_in_a_network_of_its_own_kind_only() -> None:
    assert not is_among("10.0.0.6", [network("::/0")])
    assert is_among("10.0.0.6", [network("0.0.0.0/0")])
