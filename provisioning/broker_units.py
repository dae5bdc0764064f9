"""What the broker's machine needs beside the broker's own configuration: units, user, steps for people. Text; rules.

The same for both brokers but for the program and for how a new list of certificates comes. `lists.path` waits for a
new list: in the authority's folder, where that is on the same machine, or in the broker's, copied there by hand.
"""

from typing import NamedTuple

from provisioning.broker_plan import PUBLISHERS_CONNECTIONS, Plan

NAME = "convenience-window-broker"
USER = "window-broker"


class Kind(NamedTuple):
    """What differs between the brokers. `lists` change with every revocation; they are made from the authority's
    `sources` by the command `refresh`."""

    title: str
    option: str
    configuration: str
    command: str
    lists: tuple[str, ...]
    sources: tuple[str, ...]
    refresh: str
    install: str
    files: int
    """Open files beside the connections. The limit of files is a second wall behind max_connections, which Mosquitto
    2.0.11 counts wrongly: every connection that ends without DISCONNECT makes room for one more than there is."""


MOSQUITTO = Kind(
    title="Mosquitto",
    option="mosquitto",
    configuration="mosquitto.conf",
    command="/usr/sbin/mosquitto -c {folder}/mosquitto.conf",
    lists=("crl.pem", "publishers.crl.pem"),
    sources=("crl.pem", "publishers.crl.pem"),
    # cp -P, then mv: no link out of a folder that another user owns is followed, and the broker sees no half file.
    refresh="/bin/sh -c 'cd {authority} 2>/dev/null || exit 0; for f in crl.pem publishers.crl.pem; do "
    "cmp -s $$f {folder}/$$f || {{ cp -P $$f {folder}/.new && mv -T {folder}/.new {folder}/$$f; }}; done'",
    install="command -v mosquitto >/dev/null || apt-get install -y --no-install-recommends mosquitto\n"
    "# Debian 装好就启动它自己的那一个，用不着\n"
    "systemctl disable --now mosquitto.service 2>/dev/null || true\n",
    files=64,
)
NATS = Kind(
    title="NATS",
    option="nats",
    configuration="nats.conf",
    command="/usr/local/bin/nats-server -c {folder}/nats.conf",
    lists=("users.conf",),
    sources=("issued.json",),
    refresh="/bin/sh -c 'test ! -d {authority} || exec {python} -m provisioning broker --lists --nats {folder} "
    "--village {village} --authority {authority}'",
    install='test -x /usr/local/bin/nats-server || { echo "请先把 NATS 2.15 的 nats-server 放到 /usr/local/bin/"; '
    "exit 1; }\n",
    files=1024,
)

SERVICE = """\
# 便民视窗的 broker。由 python -m provisioning broker 写出
[Unit]
Description=便民视窗：broker（{title}）
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
User={user}
Group={user}
UMask=0077
ReadWritePaths={data}
Restart=always
RestartSec=2
TimeoutStopSec=60
LimitNOFILE={files}
TasksMax=256
OOMScoreAdjust=-500

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProcSubset=pid
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
MemoryDenyWriteExecute=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""
LISTS_PATH = """\
# 吊销名单一变，broker 就重读
[Unit]
Description=便民视窗：等新的吊销名单

[Path]
{paths}
TriggerLimitIntervalSec=0

[Install]
WantedBy=multi-user.target
"""
LISTS_SERVICE = """\
# 取来新的名单（证书机构在同一台机器上时），让 broker 重读
[Unit]
Description=便民视窗：broker 重读吊销名单
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart={refresh}
ExecStart=/bin/systemctl --no-block try-reload-or-restart {name}.service
ProtectSystem=strict
ReadWritePaths={folder}
ProtectHome=read-only
PrivateDevices=yes
PrivateNetwork=yes
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH
RestrictAddressFamilies=AF_UNIX
MemoryDenyWriteExecute=yes
"""
GUIDE = """\
便民视窗的 broker（{title}）：怎样装、怎样更新

装：把整个文件夹拷到 broker 的机器上（Debian 12 或 13），在里面运行
    sudo sh install.sh
防火墙放开 {ports} 端口（TCP）。broker 的主机名要能解析到这台机器：{names}
看它：systemctl status {name}；日志：journalctl -u {name}

更新（换了地址、加了发布者、上限要改）：在证书机构的机器上再运行一次（DIR 是第一次写的那个，只有 root 能写）
    {again}
只有变了的文件会重写；再拷过来，再运行 sudo sh install.sh。存着的消息在 {data}，不动。

{lists}
server.key 是私钥，只给 broker 的机器。要换一把：删去 server.crt 和 server.key，再运行上面的命令。

(Copy this folder to the broker's machine and run `sudo sh install.sh`; again after every update.
Retained messages stay. The lists of certificates are read again as soon as they change.)
"""
AGAIN = "sudo {python} -P -m provisioning broker --{option} DIR --village {village} --authority {authority}"
MOSQUITTO_LISTS = """\
吊销以后：证书机构（{authority}）在同一台机器上，名单会自己取来、马上重读，什么也不用做；
在别的机器上，把它的 crl.pem 和 publishers.crl.pem 拷到 {folder}/，也会马上重读。
"""
NATS_LISTS = """\
NATS 没有吊销名单，它认的是 users.conf 里的每一张证书：新登记、更新、吊销都要重写这个文件。
证书机构（{authority}）在同一台机器上，会自己重写、马上重读；在别的机器上，每次都要再运行上面的命令，
把 users.conf 拷到 {folder}/。所以用 NATS 时请把证书机构放在同一台机器上。
NATS 管不住 client id：偷到一张有效证书的人能把别的屏一块一块挤下线（它们会自己回来，画面不变），请尽快吊销。
"""
USERS = """\
u {user} - "convenience window broker"
"""
INSTALL = """\
#!/bin/sh
# 在 broker 的机器上运行：sudo sh install.sh。更新以后再运行一次；存着的消息不动
set -eu
cd "$(dirname "$0")"
here=$(pwd -P) there={folder}
test "$(id -u)" = 0 || {{ echo "请用 sudo 运行"; exit 1; }}
{install}install -D -m 644 units/{name}.sysusers.conf /etc/sysusers.d/{name}.conf
systemd-sysusers /etc/sysusers.d/{name}.conf
mkdir -p -m 755 "$there"
install -d -o {user} -g {user} -m 700 {data}
if [ "$here" != "$there" ]; then
  install -m 644 {public} "$there"/
  install -m 600 server.key "$there"/
fi
chgrp {user} "$there"/server.key
chmod 640 "$there"/server.key
install -m 644 units/{name}.service units/{name}-lists.path units/{name}-lists.service /etc/systemd/system/
systemctl daemon-reload
systemctl enable --now {name}-lists.path
systemctl enable {name}.service
systemctl restart {name}.service
systemctl --no-pager --lines 0 status {name}.service
"""


def files(kind: Kind, plan: Plan, public: tuple[str, ...]) -> dict[str, str]:
    """Name → text: the units, the script that installs them with the files `public` and server.key, the guide."""
    words = {
        "name": NAME,
        "user": USER,
        "title": kind.title,
        "folder": plan.folder,
        "data": plan.data,
        "authority": plan.authority,
        "village": plan.village,
        "python": plan.python,
        "ports": "、".join(str(port) for port in sorted({plan.screens.port, plan.publishers.port})),
        "names": "、".join(sorted({plan.screens.host, plan.publishers.host})),
    }
    words["again"] = AGAIN.format(**words, option=kind.option)
    words["lists"] = (MOSQUITTO_LISTS if kind is MOSQUITTO else NATS_LISTS).format(**words)
    watched = [f"PathChanged={plan.folder / name}" for name in kind.lists]
    watched += [f"PathChanged={plan.authority / name}" for name in kind.sources]
    return {
        "说明.txt": GUIDE.format(**words),
        "install.sh": INSTALL.format(**words, install=kind.install, public=" ".join(public)),
        f"units/{NAME}.sysusers.conf": USERS.format(**words),
        f"units/{NAME}.service": SERVICE.format(
            **words, command=kind.command.format(**words), files=plan.connections + PUBLISHERS_CONNECTIONS + kind.files
        ),
        f"units/{NAME}-lists.path": LISTS_PATH.format(paths="\n".join(watched)),
        f"units/{NAME}-lists.service": LISTS_SERVICE.format(**words, refresh=kind.refresh.format(**words)),
    }
