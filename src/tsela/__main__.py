"""python -m tsela is the tsela command."""

from tsela.work.commands import main

if __name__ == "__main__":
    main()
