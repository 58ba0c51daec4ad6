"""Start the visualizer from a checkout: python main.py."""

import sys

from visualizer.cli import main

if __name__ == "__main__":
    sys.exit(main())
