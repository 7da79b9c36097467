"""`python -m bench.gpu`, as `make gpu` runs it."""

import sys

from bench.gpu.script import main

if __name__ == "__main__":
    sys.exit(main())
