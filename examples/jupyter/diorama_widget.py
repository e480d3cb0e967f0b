"""A block of Diorama in a notebook. Needs `anywidget`; an iframe needs nothing (see the notebook)."""

import pathlib

import anywidget
import traitlets


class Diorama(anywidget.AnyWidget):
    """`Diorama("heads", text="The little dog ran.")`; what the reader chooses is in `chosen`."""

    _esm = pathlib.Path(__file__).with_name("diorama_widget.js")
    site = traitlets.Unicode("https://diorama.example/").tag(sync=True)
    block = traitlets.Unicode().tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Dict().tag(sync=True)

    def __init__(self, block: str, **settings: object) -> None:
        super().__init__(block=block, settings=settings)
