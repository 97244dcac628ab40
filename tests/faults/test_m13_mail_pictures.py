"""M13: pictures are nested rightly, used once each, opaque, at twice the size they are shown at, and there without fonts too."""

import zlib
from email import message_from_bytes
from email.policy import SMTP

import pytest
from support.mail_pages import build_envelope, build_mail

from orchestration.delivery import pictures
from orchestration.delivery.lint import lint_message, take_apart
from orchestration.delivery.message import build_message
from orchestration.delivery.pictures import Picture, draw_png
from orchestration.errors import RenderError

SQUARE = '<rect x="10" y="2" width="9" height="4" fill="#b3201a"/>'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="440" height="8" viewBox="0 0 440 8">{SQUARE}</svg>'


def size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def alphas(png: bytes) -> set[int]:
    """Transparency of every pixel of a picture whose rows are unfiltered by hand."""
    width, height = size(png)
    data, position = b"", 8
    while position < len(png):
        length, kind = int.from_bytes(png[position : position + 4]), png[position + 4 : position + 8]
        data += png[position + 8 : position + 8 + length] if kind == b"IDAT" else b""
        position += 12 + length
    raw, stride, before, found = zlib.decompress(data), width * 4, bytes(width * 4), set()
    for row in range(height):
        start = row * (stride + 1)
        before = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), before)
        found |= set(before[3::4])
    return found


def unfiltered(kind: int, line: bytearray, above: bytes) -> bytes:
    for i in range(len(line)):
        left, up, corner = (line[i - 4] if i > 3 else 0), above[i], (above[i - 4] if i > 3 else 0)
        nearest = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
        line[i] = (line[i] + (0, left, up, (left + up) // 2, nearest)[kind]) % 256
    return bytes(line)


def test_structure_is_alternative_with_related_html_and_pictures():
    mail = message_from_bytes(build_mail().as_bytes(), policy=SMTP)
    assert mail.get_content_type() == "multipart/alternative"
    text, related = mail.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert [part.get_content_type() for part in related.iter_parts()] == ["text/html", "image/png", "image/png"]
    assert [part.get_content_disposition() for part in related.iter_parts()] == [None, "inline", "inline"]


def test_pictures_are_drawn_at_twice_their_width_and_ids_are_the_messages_own():
    one, other = (take_apart(build_mail(recipient_address=address)) for address in ("a@example.com", "b@example.com"))
    assert {size(png)[0] for png in one.pictures.values()} == {880}
    assert [image["width"] for image in one.page.images] == ["440", "440"]
    assert not set(one.pictures) & set(other.pictures)


def test_every_pixel_is_opaque():
    assert alphas(draw_png(SVG)) == {255}


def test_a_transparent_picture_is_found(monkeypatch):
    monkeypatch.setattr(pictures, "BACKGROUND", None)
    clear = draw_png(SVG)
    html = '<html lang="en"><body><img src="cid:{}" width="44" alt="x"></body></html>'
    envelope = build_envelope()
    mail = build_message(envelope, html=html.format(f"a.{envelope.identity}@example.com"), text="x", pictures=[Picture("a", clear)])
    found = next(finding for finding in lint_message(mail) if finding.check == "pictures")
    assert "transparent" in found.detail


def test_pictures_unused_missing_or_used_twice_are_found():
    envelope, png = build_envelope(), draw_png(SVG)
    image = '<img src="cid:{}" width="44" alt="x">'
    used = f"a.{envelope.identity}@example.com"
    bodies = {"is used 0 times": "", "is used 2 times": image.format(used) * 2, "is not attached": image.format(used) + image.format("b@x")}
    for detail, body in bodies.items():
        mail = build_message(envelope, html=f'<html lang="en"><body>{body}</body></html>', text="x", pictures=[Picture("a", png)])
        assert detail in next(finding for finding in lint_message(mail) if finding.check == "content_ids").detail


def test_without_the_fonts_pictures_are_drawn_and_the_check_says_so(monkeypatch, tmp_path):
    pictures.font_files.cache_clear()
    monkeypatch.setattr(pictures, "_DEBIAN", tmp_path)
    findings = {finding.check: finding for finding in lint_message(build_mail())}
    pictures.font_files.cache_clear()
    assert not findings["fonts"].is_ok
    assert "NotoSansCJK-Regular.ttc" in findings["fonts"].detail
    assert findings["pictures"].is_ok


def test_a_chart_that_is_no_svg_names_itself():
    with pytest.raises(RenderError, match="cannot be drawn"):
        draw_png("<svg")
