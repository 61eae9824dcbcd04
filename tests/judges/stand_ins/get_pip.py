"""Takes the place of the script that ansible-test downloads to put pip into its virtual environments.

Where only a package index can be reached that download fails. This uses the pip that Python carries, then installs what was asked for.
"""

import subprocess
import sys

NOT_FOR_PIP_INSTALL = {"--no-setuptools", "--no-wheel", "--disable-pip-version-check", "install"}
wanted = [argument for argument in sys.argv[1:] if argument not in NOT_FOR_PIP_INSTALL]

subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL)
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *wanted]))
