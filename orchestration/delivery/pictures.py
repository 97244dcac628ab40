"""Charts as pictures of a mail: drawn at twice their size on white, since mail readers show no SVG."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from orchestration.errors import RenderError

SHOWN_WIDTH, SCALE = 440, 2
"""Width in px at which a mail shows a chart; its letters grow with it, so that a phone can still shrink them."""
BACKGROUND = "#ffffff"
_DEBIAN = Path("/usr/share/fonts")
_FONTS = ("truetype/noto/NotoSans-Regular.ttf", "truetype/noto/NotoSans-Bold.ttf",
          "opentype/noto/NotoSansCJK-Regular.ttc", "opentype/noto/NotoSansCJK-Bold.ttc")  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A PNG and the code that names it in its message."""

    code: str
    png: bytes


@cache
def font_files() -> tuple[str, ...]:
    """Font files found where Debian's fonts-noto-core and fonts-noto-cjk put them."""
    return tuple(str(_DEBIAN / name) for name in _FONTS if (_DEBIAN / name).exists())


def missing_fonts() -> tuple[str, ...]:
    """Names of the fonts not found; their letters are drawn with whatever the system has, or left out."""
    return tuple(Path(name).name for name in _FONTS if not (_DEBIAN / name).exists())


def draw_png(svg: str) -> bytes:
    """The chart as PNG at twice the width it is shown at, on a white ground. Raises RenderError where the SVG cannot be drawn."""
    import resvg_py

    files = list(font_files())
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg, background=BACKGROUND, width=SHOWN_WIDTH * SCALE, skip_system_fonts=not missing_fonts(),
                font_files=files, font_family="Noto Sans", sans_serif_family="Noto Sans",
            )
        )  # fmt: skip
    except ValueError as error:
        raise RenderError(f"a chart cannot be drawn as a picture: {error}", where="templates/charts") from error
