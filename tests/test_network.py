"""`network:` of kiosk.yaml: what NetworkManager and chrony are told, and what is refused."""

import configparser
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.document import read
from kiosk.config import KioskConfig
from kiosk.machine.network import (
    Fixed,
    NetworkConfig,
    Wifi,
    connections,
    escaped,
    password_problem,
    time_sources,
)


def sections(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign,assignment]  # as configparser documents it
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def test_without_a_word_ethernet_asks_for_its_address() -> None:
    files = connections(NetworkConfig())
    assert list(files) == ["window-ethernet.nmconnection"]
    told = sections(files["window-ethernet.nmconnection"])
    assert told["connection"]["type"] == "ethernet"
    assert told["connection"]["autoconnect-retries"] == "0", "for ever"
    assert told["ipv4"] == {"method": "auto", "route-metric": "100"}


def test_ethernet_comes_first_then_wi_fi_then_4g() -> None:
    files = connections(NetworkConfig(wifi=Wifi(name="a"), apn="cmnet"))
    metrics = [int(sections(text)["ipv4"]["route-metric"]) for text in files.values()]
    assert list(files) == [f"window-{name}.nmconnection" for name in ("ethernet", "wifi", "4g")]
    assert metrics == sorted(metrics)
    assert len(set(metrics)) == 3


def test_a_name_in_any_writing_goes_as_bytes_and_an_open_network_has_no_security() -> None:
    told = sections(connections(NetworkConfig(wifi=Wifi(name="村;\n委")))["window-wifi.nmconnection"])
    assert bytes(int(one) for one in told["wifi"]["ssid"].split(";") if one).decode() == "村;\n委"
    assert "wifi-security" not in told


def test_a_password_is_there_as_it_is() -> None:
    told = sections(connections(NetworkConfig(wifi=Wifi(name="a")), "pa\\ss=wo;rd#")["window-wifi.nmconnection"])
    assert told["wifi-security"] == {"key-mgmt": "wpa-psk", "psk": "pa\\\\ss=wo;rd#"}
    assert escaped(" a b ") == "\\sa b\\s"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=8, max_size=63))
def test_no_password_can_write_a_line_of_its_own(password: str) -> None:
    assert password_problem(password) == ""
    text = connections(NetworkConfig(wifi=Wifi(name="a")), password)["window-wifi.nmconnection"]
    assert list(sections(text)) == ["connection", "wifi", "wifi-security", "ipv4", "ipv6"]


@pytest.mark.parametrize("password", ["", "short", "密码密码密码密码", "１２３４５６７８", "x" * 65, "tab\there!"])
def test_a_password_that_wi_fi_cannot_have_is_named_and_never_repeated(password: str) -> None:
    problem = password_problem(password)
    assert problem
    assert not password or password not in problem


def test_a_fixed_address_with_its_way_out() -> None:
    written = Fixed(address="192.0.2.20/24", gateway="192.0.2.1", dns=("192.0.2.53", "2001:db8::53"))
    told = sections(connections(NetworkConfig(ethernet=written))["window-ethernet.nmconnection"])
    assert told["ipv4"]["address1"] == "192.0.2.20/24,192.0.2.1"
    assert (told["ipv4"]["method"], told["ipv6"]["method"]) == ("manual", "auto")
    assert (told["ipv4"]["dns"], told["ipv6"]["dns"]) == ("192.0.2.53;", "2001:db8::53;")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("ethernet: {address: 192.0.2.20}", "/24"),
        ("ethernet: {address: 192.0.2.300/24}", "有误"),
        ("ethernet: {address: 192.0.2.20/24, gateway: 198.51.100.1}", "到不了"),
        ("ethernet: {gateway: 192.0.2.1}", "没有写 address"),
        ("wifi: {name: 很长很长很长很长很长很长}", "太长"),
        ("wifi: {nmae: a}", "是不是 'name'"),
        ("wifi: {name: a, password: secret12}", "不认识 'password'"),
        ("apn: 'cm net'", "接入点"),
        ("time: ['bad host']", "不是主机名"),
        ("dns: [1.1.1.1]", "不认识 'dns'"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_write(written: str, told: str) -> None:
    text = f"screen: a\nplace: b\nbroker: mqtt://localhost\nhttp: []\nnetwork:\n  {written}\n"
    problems = [str(one) for one in read("kiosk.yaml", text.encode(), KioskConfig).problems]
    assert any(told in problem and problem.startswith("kiosk.yaml:") for problem in problems), problems
    assert not any("secret12" in problem for problem in problems)


def test_a_connection_keeps_its_uuid() -> None:
    first, again = (connections(NetworkConfig(wifi=Wifi(name=name))) for name in ("a", "b"))
    ids = [sections(text)["connection"]["uuid"] for text in first.values()]
    assert ids == [sections(text)["connection"]["uuid"] for text in again.values()]
    assert len({uuid.UUID(one) for one in ids}) == 2


def test_time_comes_from_the_village_s_own_servers_where_it_names_some() -> None:
    assert time_sources(NetworkConfig(time=("192.0.2.1",))) == "server 192.0.2.1 iburst\n"
    assert time_sources(NetworkConfig()).count("iburst\n") == 2


@pytest.mark.parametrize("fixed", [{"dns": ("fe80::1%x\n[proxy]\nmethod=1",)}, {"gateway": "fe80::1%x;y"}])
def test_no_address_brings_lines_of_its_own_into_the_connections(fixed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="地址里不写 %"):
        Fixed(address="fe80::2/64", **fixed)
    with pytest.raises(ValueError, match="地址里不写 %"):
        Fixed(address="fe80::2%x\n[proxy]/64")
