"""Menus of what a router offers beside its hotspot: VLANs, kinds of queues, the clock, local PPP users."""

from routers.virtual.fields import menu

_KINDS = "bfifo|cake|codel|fq-codel|mq-pfifo|none|pcq|pfifo|red|sfq"
_PPP = "any|async|l2tp|ovpn|pppoe|pptp|sstp"

OFFERS = (
    menu(
        "/interface/vlan",
        "name:text vlan-id:int(1|4095)=1 interface*:ref(/interface) mtu:int(68|65535)=1500 arp:text=enabled "
        "use-service-tag:bool=false comment:text disabled:bool=false",
        unique="name",
        clash="failure: already have interface with such name",
        store="/interface",
        only=("type", "vlan"),
    ),
    menu(
        "/queue/type",
        f"name:text kind*:enum({_KINDS}) pfifo-limit:int(1|4294967295) bfifo-limit:int(1|4294967295) "
        "mq-pfifo-limit:int(1|4294967295) sfq-perturb:int(0|4294967295) sfq-allot:int(1|32767) pcq-rate:rate "
        "pcq-classifier:set(dst-address|dst-port|src-address|src-port) pcq-limit:text pcq-total-limit:text "
        "fq-codel-limit:int(1|4294967295) fq-codel-flows:int(1|65535) cake-bandwidth:rate cake-diffserv:text "
        "cake-flowmode:text cake-nat:bool",
        unique="name",
        clash="failure: already have such name",
    ),
    menu(
        "/system/ntp/client",
        'enabled:bool=false mode:enum(broadcast|manycast|multicast|unicast)=unicast servers:text="" vrf:text=main '
        'primary-ntp:addr=0.0.0.0 secondary-ntp:addr=0.0.0.0 server-dns-names:text=""',
        single=True,
    ),
    menu(
        "/ppp/secret",
        f'name*:text service:enum({_PPP})=any caller-id:text="" password:secret="" profile:ref(/ppp/profile)=default '
        'local-address:text remote-address:text routes:text ipv6-routes:text="" limit-bytes-in:int(0|4294967295)=0 '
        "limit-bytes-out:int(0|4294967295)=0 comment:text disabled:bool=false",
        unique="name service",
        clash="failure: secret with the same name already exists",
    ),
)
