"""``python -m fabplan``."""

from fabplan.cli.main import main

if __name__ == "__main__":
    main()
