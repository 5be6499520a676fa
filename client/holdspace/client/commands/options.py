"""Options that several commands have."""

import argparse
from pathlib import Path

from holdspace.client.socks import TOR, NotAProxyError, Proxy, read_proxy
from holdspace.protocol.translation import _


def add_socks(parser: argparse.ArgumentParser) -> None:
    """Add the choice of a way to the relay."""
    parser.add_argument(
        "--socks",
        metavar=_("ADDRESS:PORT"),
        type=_proxy,
        help=_(
            "go through a SOCKS5 proxy, like Tor's at {address}, which looks up the "
            "relay's name; onion addresses go there without it"
        ).format(address=TOR.shown),
    )


def _proxy(text: str) -> Proxy:
    try:
        return read_proxy(text)
    except NotAProxyError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_notebook(parser: argparse.ArgumentParser) -> None:
    """Add which notebook is used, and where its passphrase comes from if not from the prompt."""
    parser.add_argument(
        "--notebook",
        metavar=_("FILE"),
        type=Path,
        help=_("the file of your notebook, if it is not in its usual place"),
    )
    parser.add_argument(
        "--passphrase-file",
        metavar=_("FILE"),
        type=Path,
        help=_(
            "a file, readable by you alone, with the notebook's passphrase; without it you are asked"
        ),
    )


def add_plain(parser: argparse.ArgumentParser) -> None:
    """Add the choice of plain lines."""
    parser.add_argument(
        "--plain", action="store_true", help=_("plain lines, for screen readers and scripts")
    )
