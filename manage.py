#!/usr/bin/env python3
"""The way in: `python3 manage.py start` sets everything up and serves the site; `python3 manage.py help` lists the rest.

This file parses on every Python there is, so that an old one is told what is wrong. The work is in config/.
"""

from __future__ import print_function

import os
import subprocess
import sys

NEEDED = (3, 11)


def works(program):
    """Whether this program is a Python that is new enough: some machines have stand-ins that start nothing."""
    if not os.access(program, os.X_OK):
        return False
    try:
        with open(os.devnull, "w") as nowhere:
            test = "import sys; sys.exit(sys.version_info < %r)" % (NEEDED,)
            return subprocess.call([program, "-c", test], stdout=nowhere, stderr=nowhere) == 0
    except OSError:
        return False


def complain_about_python():
    """One sentence on stderr, naming a newer Python of this machine if there is one."""
    sentence = "Python %d.%d or newer is needed; this is %d.%d.%d (%s)" % (NEEDED + tuple(sys.version_info[:3]) + (sys.executable,))
    for minor in range(14, NEEDED[1] - 1, -1):
        name = "python3.%d" % minor
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            if works(os.path.join(folder, name)):
                sys.stderr.write("%s: try %s manage.py.\n" % (sentence, name))
                return
    sys.stderr.write(sentence + ".\n")


def main():
    """Check the Python, see to the environment, hand over to Django."""
    if sys.version_info < NEEDED:
        complain_about_python()
        return 1
    from config.bootstrap import prepare

    prepare(sys.argv)
    from config.cli import execute

    return execute(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
