"""The menus of the virtual router as data: fields, kinds, defaults and what must be unique."""

from routers.virtual.fields import Menu, menu
from routers.virtual.menus_offers import OFFERS

_LOGIN_BY = "mac|cookie|http-chap|https|http-pap|trial|mac-cookie"
_SERVICES = "ppp|login|hotspot|wireless|dhcp|ipsec|dot1x"
_ACTIONS = (
    "accept|add-dst-to-address-list|add-src-to-address-list|drop|dst-nat|endpoint-independent-nat|fasttrack-connection"
    "|jump|log|masquerade|netmap|passthrough|redirect|reject|return|same|src-nat|tarpit"
)
_FIREWALL = (
    f"chain*:text action:enum({_ACTIONS})=accept src-address:prefixes dst-address:prefixes in-interface:text "
    "out-interface:text src-address-list:text dst-address-list:text protocol:text dst-port:text src-port:text "
    "connection-state:text jump-target:text log:bool=false log-prefix:text disabled:bool=false comment:text "
    "reject-with:text to-addresses:ranges to-ports:text address-list:text address-list-timeout:time(none-dynamic|none-static)"
)
_ALREADY_NAME = "failure: already have such name"

_ALL = (
    menu("/system/identity", "name:text=MikroTik", single=True),
    menu("/system/resource", "", single=True),
    menu("/system/routerboard", "", single=True),
    menu("/system/clock", "time-zone-autodetect:bool=true time-zone-name:text=manual", single=True),
    menu("/system/device-mode", "", single=True),
    menu("/system/package", ""),
    menu("/system/package/update", "channel:enum(stable|long-term|testing|development)=stable", single=True),
    menu(
        "/system/scheduler",
        "name*:text start-date:text start-time:text interval:time=0s on-event:text "
        "policy:text disabled:bool=false comment:text",
        unique="name",
        clash="failure: item with this name already exists",
    ),
    menu(
        "/system/script",
        "name:text owner:text policy:text dont-require-permissions:bool=false source:text comment:text",
        unique="name",
        clash="failure: item with this name already exists",
    ),
    menu("/system/script/job", ""),
    menu(
        "/user",
        "name*:text group*:ref(/user/group) password*:secret address:prefixes inactivity-timeout:time=10m "
        "inactivity-policy:enum(none|lockscreen|logout)=none disabled:bool=false comment:text",
        unique="name",
        clash="failure: user with the same name already exists",
        hidden="password",
    ),
    menu(
        "/user/group",
        "name*:text policy:policy skin:text=default comment:text",
        unique="name",
        clash="failure: group with the same name already exists",
    ),
    menu("/user/active", ""),
    menu(
        "/user/aaa",
        "use-radius:bool=false accounting:bool=true interim-update:time=0s "
        'default-group:ref(/user/group)=read exclude-groups:text=""',
        single=True,
    ),
    menu(
        "/ip/service",
        "name:text port:int(1|65535) proto:text address:prefixes certificate:text tls-version:enum(any|only-1.2)=any "
        "vrf:text=main max-sessions:int(1|1000)=20 disabled:bool=false",
    ),
    menu(
        "/interface",
        "name:text type:text mtu:int(68|65535|auto)=1500 l2mtu:int(68|65535) mac-address:mac comment:text "
        "disabled:bool=false",
        unique="name",
        clash="failure: already have interface with such name",
    ),
    menu(
        "/interface/bridge",
        "name:text mtu:int(68|65535|auto)=auto arp:text=enabled protocol-mode:enum(none|rstp|stp|mstp)=rstp "
        "vlan-filtering:bool=false comment:text disabled:bool=false",
        unique="name",
        clash="failure: already have interface with such name",
        store="/interface",
        only=("type", "bridge"),
    ),
    menu(
        "/interface/ethernet",
        "name:text mtu:int(68|65535)=1500 mac-address:mac comment:text disabled:bool=false",
        unique="name",
        clash="failure: already have interface with such name",
        store="/interface",
        only=("type", "ether"),
    ),
    menu(
        "/interface/wireguard",
        "name:text mtu:int(68|65535)=1420 listen-port:int(0|65535)=13231 private-key:secret public-key:text comment:text "
        "disabled:bool=false",
        unique="name",
        clash="failure: already have interface with such name",
        store="/interface",
        only=("type", "wg"),
    ),
    menu(
        "/interface/wireguard/peers",
        'interface*:ref(/interface) public-key:text preshared-key:secret endpoint-address:text="" '
        "endpoint-port:int(0|65535)=0 allowed-address*:prefixes persistent-keepalive:time comment:text "
        "disabled:bool=false",
    ),
    menu(
        "/interface/sstp-client",
        "name:text max-mtu:int(64|65535)=1500 max-mru:int(64|65535)=1500 mrru:text=disabled connect-to:text port:int(1|65535)=443 "
        "http-proxy:text=0.0.0.0 proxy-port:int(1|65535)=443 certificate:ref(/certificate|none)=none "
        "verify-server-certificate:bool=false verify-server-address-from-certificate:bool=true user:text password:secret "
        "profile:ref(/ppp/profile)=default-encryption keepalive-timeout:int(1|4294967295|disabled)=60 "
        "add-default-route:bool=false default-route-distance:int(0|255) dial-on-demand:bool=false "
        "authentication:set(pap|chap|mschap1|mschap2)=pap,chap,mschap1,mschap2 pfs:enum(no|yes|required)=no "
        "tls-version:enum(any|only-1.2)=any comment:text disabled:bool=true",
        unique="name",
        clash="failure: already have interface with such name",
        store="/interface",
        only=("type", "sstp-out"),
    ),
    menu(
        "/ip/address",
        "address*:ifaddr network:addr interface*:ref(/interface) comment:text disabled:bool=false",
        unique="address interface",
        clash="failure: already have such address",
    ),
    menu(
        "/ip/pool",
        "name:text ranges*:ranges next-pool:ref(/ip/pool|none) comment:text",
        unique="name",
        clash="failure: pool with such name exists",
    ),
    menu(
        "/ip/dns",
        'servers:prefixes="" allow-remote-requests:bool=false cache-size:text=2048 cache-max-ttl:time=1w',
        single=True,
    ),
    menu(
        "/ip/dhcp-server",
        "name:text interface*:ref(/interface) address-pool:ref(/ip/pool|static-only)=static-only lease-time:time=30m "
        "use-radius:enum(no|yes|accounting)=no authoritative:text=yes comment:text disabled:bool=false",
        unique="name",
        clash="failure: server with such name already exists",
    ),
    menu(
        "/ip/dhcp-server/network",
        "address:ifaddr gateway:text dns-server:text domain:text comment:text",
        unique="address",
        clash="failure: such network already exists",
    ),
    menu(
        "/ip/hotspot",
        "name:text interface*:ref(/interface) address-pool:ref(/ip/pool|none)=none profile:ref(/ip/hotspot/profile)="
        "default idle-timeout:time(none)=5m keepalive-timeout:time(none)=none login-timeout:time(none)=none "
        "addresses-per-mac:int(1|255|unlimited)=2 disabled:bool=false",
        unique="name",
        clash="failure: server with such name already exists",
    ),
    menu(
        "/ip/hotspot/profile",
        'name:text hotspot-address:addr=0.0.0.0 dns-name:text="" html-directory:text=hotspot '
        'html-directory-override:text="" rate-limit:text="" http-proxy:text=0.0.0.0:0 smtp-server:addr=0.0.0.0 '
        f"login-by:set({_LOGIN_BY})=cookie,http-chap http-cookie-lifetime:time=3d split-user-domain:bool=false "
        "use-radius:bool=false radius-accounting:bool=true radius-interim-update:time(received)=received "
        'nas-port-type:enum(cable|ethernet|wireless-802.11)=wireless-802.11 radius-default-domain:text="" '
        'radius-location-id:text="" radius-location-name:text="" '
        "radius-mac-format:text=XX:XX:XX:XX:XX:XX mac-auth-mode:enum(mac-as-username|mac-as-username-and-password)="
        "mac-as-username mac-auth-password:text install-hotspot-queue:bool=false trial-uptime-limit:time=30m "
        "trial-uptime-reset:time=1d trial-user-profile:ref(/ip/hotspot/user/profile)=default ssl-certificate:text",
        unique="name",
        clash="failure: profile with the same name already exists",
    ),
    menu(
        "/ip/hotspot/user",
        "server:ref(/ip/hotspot|all) name*:text password:secret address:addr mac-address:mac "
        "profile:ref(/ip/hotspot/user/profile)=default limit-uptime:time limit-bytes-in:bytes limit-bytes-out:bytes "
        "limit-bytes-total:bytes email:text routes:text comment:text disabled:bool=false",
        unique="name server",
        clash="failure: already have user with this name for this server",
    ),
    menu(
        "/ip/hotspot/user/profile",
        "name:text idle-timeout:time(none)=none keepalive-timeout:time(none)=2m status-autorefresh:time(none)=1m "
        "session-timeout:time(none) shared-users:int(1|4294967295|unlimited)=1 rate-limit:text address-list:text "
        "address-pool:ref(/ip/pool|none) add-mac-cookie:bool=true mac-cookie-timeout:time=3d "
        "transparent-proxy:bool=false open-status-page:enum(always|http-login)=always",
        unique="name",
        clash="failure: profile with the same name already exists",
    ),
    menu("/ip/hotspot/active", "comment:text"),
    menu("/ip/hotspot/host", ""),
    menu("/ip/hotspot/cookie", ""),
    menu(
        "/ip/hotspot/ip-binding",
        "mac-address:mac address:prefixes to-address:addr server:ref(/ip/hotspot|all) "
        "type:enum(blocked|bypassed|regular)=regular comment:text disabled:bool=false",
    ),
    menu(
        "/ip/hotspot/walled-garden",
        "server:ref(/ip/hotspot) src-address:prefixes method:text dst-host:text dst-port:text path:text "
        "action:enum(allow|deny)=allow comment:text disabled:bool=false",
    ),
    menu(
        "/ip/hotspot/walled-garden/ip",
        "action:enum(accept|drop|reject)=accept server:ref(/ip/hotspot) src-address:prefixes dst-address:prefixes "
        "dst-host:text dst-port:text protocol:text src-address-list:text dst-address-list:text comment:text "
        "disabled:bool=false",
    ),
    menu(
        "/radius",
        f'service:set({_SERVICES}) called-id:text="" domain:text="" address:addr=0.0.0.0 secret:secret="" '
        "authentication-port:int(1|65535)=1812 accounting-port:int(1|65535)=1813 timeout:time=300ms "
        'accounting-backup:bool=false realm:text="" protocol:enum(udp|radsec)=udp '
        "require-message-auth:enum(no|yes-for-request-resp)=yes-for-request-resp src-address:addr=0.0.0.0 "
        "radsec-timeout:time=3s300ms certificate:ref(/certificate|none) comment:text disabled:bool=false",
    ),
    menu(
        "/certificate",
        "name:text common-name:text days-valid:int(1|36500) key-size:enum(1024|1536|2048|4096|8192|prime256v1|secp384r1|secp521r1) key-usage:text subject-alt-name:text "
        "trusted:bool=false",
        unique="name",
        clash="failure: certificate with the same name already exists",
        hidden="pem key",
    ),
    menu(
        "/ppp/aaa",
        "use-radius:bool=false accounting:bool=true interim-update:time=0s "
        "use-circuit-id-in-nas-port-id:bool=false",
        single=True,
    ),
    menu(
        "/ppp/profile",
        "name*:text local-address:text remote-address:text dns-server:prefixes rate-limit:text address-list:text "
        "session-timeout:time idle-timeout:time only-one:enum(default|no|yes)=default "
        "change-tcp-mss:enum(default|no|yes)=yes use-compression:enum(default|no|yes)=default "
        "use-encryption:enum(default|no|required|yes)=default use-mpls:enum(default|no|required|yes)=default use-ipv6:enum(default|no|required|yes)=yes "
        "comment:text",
        unique="name",
        clash="failure: profile with the same name already exists",
    ),
    menu(
        "/interface/pppoe-server/server",
        'service-name:text="" interface*:ref(/interface) max-mtu:text=auto max-mru:text=auto mrru:text=disabled '
        "authentication:set(pap|chap|mschap1|mschap2)=pap,chap,mschap1,mschap2 keepalive-timeout:text=10 "
        "one-session-per-host:bool=false max-sessions:int(1|65535|unlimited)=unlimited pado-delay:int(0|65535)=0 "
        "default-profile:ref(/ppp/profile)=default accept-empty-service:bool=true comment:text disabled:bool=true",
    ),
    menu("/radius/incoming", "accept:bool=false port:int(1|65535)=3799 vrf:text=main", single=True),
    menu(
        "/queue/simple",
        "name:text target*:targets parent:ref(/queue/simple|none)=none max-limit:rates=0/0 limit-at:rates=0/0 "
        'burst-limit:rates=0/0 burst-threshold:rates=0/0 priority:text=8/8 packet-marks:text="" '
        "queue:text=default-small/default-small comment:text disabled:bool=false",
        unique="name",
        clash=_ALREADY_NAME,
    ),
    menu("/ip/firewall/filter", _FIREWALL),
    menu("/ip/firewall/nat", _FIREWALL),
    menu(
        "/ip/firewall/address-list",
        "list*:text address*:prefixes timeout:time dynamic:bool=false comment:text disabled:bool=false",
        unique="list address",
        clash="failure: already have such entry",
    ),
    menu(
        "/file",
        "name*:text type:text=file size:text contents:text last-modified:text",
        unique="name",
        clash="failure: file with such name already exists",
    ),
    menu("/log", ""),
    menu("/system/health", ""),
    menu("/ppp/active", ""),
    menu("/ip/neighbor", ""),
    menu(
        "/ip/dhcp-server/lease",
        "address:addr mac-address:mac server:ref(/ip/dhcp-server|all) lease-time:time rate-limit:text comment:text "
        "disabled:bool=false",
    ),
    menu("/safe-mode", "", single=True),
)

MENUS: dict[str, Menu] = {m.path: m for m in (*_ALL, *OFFERS)}
ORDERED = {
    "/radius",
    "/queue/simple",
    "/ip/firewall/filter",
    "/ip/firewall/nat",
    "/ip/hotspot/ip-binding",
    "/ip/hotspot/walled-garden",
    "/ip/hotspot/walled-garden/ip",
}
