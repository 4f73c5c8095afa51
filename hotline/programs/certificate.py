"""The edge's own certificate: made when the operator names none, made anew before it ends or when the names change.

Used by ``hotline/programs/edge.py`` (which lets nginx read it again) and ``hotline check``. A
certificate of the operator's is only looked at, never written.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.files import FileRefused, read_bytes
from recordings.durable import write_new_durable

LIFE = timedelta(days=397)
"""The longest that browsers take."""
RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Seen:
    """A certificate file as it is."""

    until: datetime
    names: frozenset[str]
    fits_key: bool
    """The key file beside it is this certificate's."""

    def holds(self, name: str) -> bool:
        """By itself or by a wildcard."""
        return name in self.names or f"*.{name.partition('.')[2]}" in self.names


def look(certificate: Path, key: Path) -> Seen | None:
    """None when nginx could not read either as PEM."""
    try:
        found = x509.load_pem_x509_certificate(_pem(certificate))
        private = serialization.load_pem_private_key(_pem(key), None)
    except (FileRefused, OSError, ValueError, TypeError):
        return None
    names: set[str] = set()
    with suppress(x509.ExtensionNotFound):
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names |= set(alternatives.get_values_for_type(x509.DNSName))
        names |= {str(address) for address in alternatives.get_values_for_type(x509.IPAddress)}
    return Seen(found.not_valid_after_utc, frozenset(names), private.public_key() == found.public_key())


def _pem(path: Path) -> bytes:
    """Its bytes. Raises ValueError where nginx sees none: each part must begin a line, also behind a byte order mark."""
    data = read_bytes(path)  # which waits for no pipe, and fills no memory from a device
    begun = b"-----BEGIN"
    if data.count(begun) != sum(line.startswith(begun) for line in data.splitlines()):
        raise ValueError(f"{path}: something stands before {begun.decode()}")
    return data


def keep(certificate: Path, key: Path, names: Sequence[str], now: datetime) -> bool:
    """Make our own when there is none that fits ``names`` for a month to come; True when one was made."""
    seen = look(certificate, key)
    if seen is not None and seen.fits_key and set(names) <= seen.names and seen.until - now > RENEW_BEFORE:
        return False
    made, private = _make(names, now)
    # nginx reads both at its next start or reload only: for a moment they may differ
    write_new_durable(key, private, mode=0o600)
    write_new_durable(certificate, made, mode=0o600)
    return True


def _make(names: Sequence[str], now: datetime) -> tuple[bytes, bytes]:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64] if names else "hotline")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # a browser's clock may be late
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM), private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
