"""The command `inkdigits`, also as `python -m inkdigits`."""

import warnings


def main() -> None:
    """Run the command line."""
    # Here, since each process that reads imports this module anew, as `multiprocessing` does, and needs none of it.
    from inkdigits.cli.app import app
    from inkdigits.cli.streams import explained_output, leave_in_order, replace_closed_streams

    # Pillow's warnings about large and odd pictures: what cannot be read ends in an error of our own.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    replace_closed_streams()
    leave_in_order()
    with explained_output():
        app(prog_name="inkdigits")  # also where it was started as `python -m inkdigits`


if __name__ == "__main__":
    main()
