"""Which mirror of Debian this machine uses, as its own apt says: nothing is fetched from a place its administrator did not choose.

Asked by ``asterisk_install.py``. apt itself reads its files, of whatever form; no network is used.
"""

from __future__ import annotations

import os
import subprocess

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
ASK = ("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")


def mirror(codename: str) -> str:
    """The mirror that carries Debian's own ``codename`` main; '' when there is none."""
    said = subprocess.run(ASK, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}).stdout
    return chosen(said, codename)


def chosen(said: str, codename: str) -> str:
    """Of apt's answer, one line a repository: neither a security archive, nor another vendor's, nor a disc."""
    for line in said.splitlines():
        uri, _space, rest = line.partition(" ")
        uri = uri.rstrip("/")
        plain = uri.startswith(("http://", "https://")) and not uri.endswith("-security")
        if plain and rest.split() == [codename, "main"]:
            return uri
    return ""
