"""What routers compare of the SSTP hub's certificate: its digest, and whether it is for the host that they dial."""

import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes


def fingerprint(pem: str) -> str:
    """SHA-256 as RouterOS shows it."""
    return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex()


def names(pem: str, host: str) -> bool:
    """Whether it is for that name or address: else a router that compared them would never come in."""
    read = x509.load_pem_x509_certificate(pem.encode())
    try:
        more = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return host in (each.value for each in read.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME))
    try:
        return ipaddress.ip_address(host) in more.get_values_for_type(x509.IPAddress)
    except ValueError:
        return host in more.get_values_for_type(x509.DNSName)
