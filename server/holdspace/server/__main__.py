"""`python -m holdspace.server` is `holdspace-relay`."""

import sys

from holdspace.server.cli import main

sys.exit(main())
