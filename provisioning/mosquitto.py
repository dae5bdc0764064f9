"""Mosquitto 2.0's configuration and access list for a village, as text. Rules.

Two doors. At the screens' door a certificate's name is user and client id at once: without
`use_username_as_clientid` one screen's certificate could come under another's id and put it out. Publishers have
connections under several ids, and authorities of their own sign them, so a screen's key does not open their door.

A refused PUBLISH is confirmed and a refused SUBSCRIBE granted (acl_file, MQTT 3.1.1): the refusal is that nothing
comes through.
"""

from collections.abc import Sequence

from content.address import BrokerAddress
from content.admission.authority import PUBLISHER_PREFIX
from content.signing import Publisher
from provisioning.broker_plan import MOST_MESSAGE, PUBLISHERS_CONNECTIONS, Plan, own_address
from provisioning.rights import Rights, of_publisher, of_screen

CONFIGURATION = """\
# 便民视窗的 broker（Mosquitto 2.0）。由 python -m provisioning broker 写出；改地址、上限请用它的选项，不要改这里
per_listener_settings false
allow_anonymous false
acl_file {folder}/acl

# 屏幕的门：证书上的名称就是用户名，也就是 client id，谁也不能用别的屏的编号连上来
listener {port}{address}
cafile {folder}/ca.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
crlfile {folder}/crl.pem
tls_version tlsv1.3
require_certificate true
use_identity_as_username true
use_username_as_clientid true
max_connections {connections}
max_qos 1

# 发布端的门：另一个机构签发的证书，屏幕的证书在这里不认
listener {publishers_port}{publishers_address}
cafile {folder}/publishers.crt
certfile {folder}/server.crt
keyfile {folder}/server.key
crlfile {folder}/publishers.crl.pem
tls_version tlsv1.3
require_certificate true
use_identity_as_username true
max_connections {publishers_connections}
max_qos 1

# 上限。max_keepalive 只管得住 MQTT 5 的客户端
message_size_limit {message}
max_packet_size {packet}
max_keepalive 120
max_inflight_messages 100
max_queued_messages 1000
max_queued_bytes 4194304
queue_qos0_messages false
persistent_client_expiration 1h

# 保留的消息每分钟存一次盘。突然断电丢的，发布端一连上就补
persistence true
persistence_location {data}/
autosave_interval 60

set_tcp_nodelay true
sys_interval 0
connection_messages false
log_dest stderr
log_type error
log_type warning
log_timestamp false
"""
TOPIC_BYTES = 4096
"""In a packet beside the message: the topic and the packet's own bytes."""


def configuration(plan: Plan) -> str:
    """mosquitto.conf"""
    return CONFIGURATION.format(
        folder=plan.folder,
        data=plan.data,
        port=plan.screens.port,
        address=bound(plan.screens),
        publishers_port=plan.publishers.port,
        publishers_address=bound(plan.publishers),
        connections=plan.connections,
        publishers_connections=PUBLISHERS_CONNECTIONS,
        message=MOST_MESSAGE,
        packet=MOST_MESSAGE + TOPIC_BYTES,
    )


def bound(door: BrokerAddress) -> str:
    """The address to listen on: every one, unless the door is this machine's own."""
    own = own_address(door)
    return f" {own}" if own else ""


def access_list(publishers: Sequence[Publisher]) -> str:
    """The acl file. Patterns hold for everybody: for a publisher they name topics that no screen has."""
    lines = ["# 谁能读写什么。由 python -m provisioning broker 按 keyring.json 写出；没写的一概不许", "", "# 每块屏"]
    lines += entries("pattern", of_screen("%u"))
    for publisher in publishers:
        lines += ["", f"user {PUBLISHER_PREFIX}{publisher.id}", *entries("topic", of_publisher(publisher))]
    return "\n".join(lines) + "\n"


def entries(word: str, rights: Rights) -> list[str]:
    both = [one for one in rights.writes if one in rights.reads]
    return [
        *(f"{word} readwrite {one}" for one in both),
        *(f"{word} read {one}" for one in rights.reads if one not in both),
        *(f"{word} write {one}" for one in rights.writes if one not in both),
    ]
