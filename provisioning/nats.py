"""The NATS server's configuration for a village, as text. Rules. Tried with 2.15.1.

NATS knows no list of revoked certificates (it asks OCSP responders, which a village has not). So its users are the
certificates themselves, each by the URI that names it: one that is not in users.conf is refused, and whoever is taken
out of it loses the connection as soon as the server has read it again. The price: the server must read it again for
each new certificate too.

What NATS cannot do: bind a client id to a certificate. Whoever has one valid certificate can put other screens out,
one at a time; they come back, and their cached content stays. It has one MQTT port, so both doors are the same.
"""

import json
from collections.abc import Iterable, Sequence

from content.admission.authority import Issued
from content.signing import Publisher
from provisioning.broker_plan import MOST_MESSAGE, PUBLISHERS_CONNECTIONS, Plan, own_address
from provisioning.rights import Rights, of_publisher, of_screen

CONFIGURATION = """\
# 便民视窗的 broker（NATS 2.15）。由 python -m provisioning broker 写出；改地址、上限请用它的选项，不要改这里
server_name: convenience-window
listen: "127.0.0.1:-1"    # NATS 自己的协议没有人用：随便一个端口，下面的用户都只许用 MQTT
jetstream {{ store_dir: "{data}" }}
max_payload: {message}
max_connections: {connections}
max_subscriptions: 1000          # 每个连接
ping_interval: "30s"
logtime: false

mqtt {{
  listen: "{address}:{port}"
  reject_qos2_publish: true
  max_ack_pending: 1000
  consumer_inactive_threshold: "1h"
  tls {{
    cert_file: "{folder}/server.crt"
    key_file: "{folder}/server.key"
    ca_file: "{folder}/clients.crt"
    verify_and_map: true
    min_version: "1.3"
    timeout: 15
  }}
}}

include "users.conf"
"""
USERS = """\
# 谁可以连接：每张有效的证书一行。由 python -m provisioning broker 写出；没写的证书连不上
authorization {{
  users: [
{users}
  ]
}}
"""
TOPIC_BYTES = 1024
"""NATS counts the topic as part of the message."""
DELIVERIES = "$MQTT.sub.>"
"""By which NATS brings QoS 1 to a subscriber."""


def configuration(plan: Plan) -> str:
    """nats.conf"""
    return CONFIGURATION.format(
        folder=plan.folder,
        data=plan.data,
        address=own_address(plan.screens) or "0.0.0.0",  # noqa: S104 -- screens come from everywhere
        port=plan.screens.port,
        message=MOST_MESSAGE + TOPIC_BYTES,
        connections=plan.connections + PUBLISHERS_CONNECTIONS,
    )


def users(issued: Iterable[Issued], publishers: Sequence[Publisher]) -> str:
    """users.conf: every certificate of a screen, or of a publisher that the keyring knows, that is not revoked."""
    known = {publisher.id: of_publisher(publisher) for publisher in publishers}
    lines = []
    for one in issued:
        rights = of_screen(one.name) if one.kind == "screen" else known.get(one.name)
        if rights and one.kind != "server" and one.revoked is None:
            lines.append(user(one, rights))
    return USERS.format(users="\n".join(lines))


def user(one: Issued, rights: Rights) -> str:
    """One line. Its user comes by MQTT only: without a certificate NATS's own protocol would believe the bare name."""
    permissions = {
        "publish": {"allow": subjects(rights.writes)},
        "subscribe": {"allow": [*subjects(rights.reads), *([DELIVERIES] if one.kind == "publisher" else [])]},
    }
    line = {"user": one.uri, "allowed_connection_types": ["MQTT"], "permissions": permissions}
    return f"    {json.dumps(line)},    # {one.name}"


def subjects(filters: Iterable[str]) -> list[str]:
    """MQTT filters as NATS subjects. `a/#` is also `a` in MQTT, and is not in NATS: both are needed."""
    found = []
    for one in filters:
        subject = one.replace("/", ".").replace("+", "*")
        found += [subject.removesuffix(".#"), subject.removesuffix("#") + ">"] if one.endswith("/#") else [subject]
    return found
