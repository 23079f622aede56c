"""Pictures and files as strangers send them: odd, broken, and meant to harm. Functions give bytes of files."""

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, TiffImagePlugin

HTML = b"<!DOCTYPE html>\n<html><body><script>alert(1)</script></body></html>"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n(/tmp/stolen) (w) file closefile\nshowpage\n"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)
HEIC_BURST = b"\x00\x00\x00\x18ftypmsf1\x00\x00\x00\x00msf1hevc\x00\x00\x00\x10moov" + bytes(64)
CR3 = b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom" + bytes(64)
MOV = b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  " + bytes(64)
RAF = b"FUJIFILMCCD-RAW 0201FF119502X-T4" + bytes(64)
JXL = b"\xff\x0a\xfa\x1f\x41\x91" + bytes(64)
PSD = b"8BPS\x00\x01" + bytes(64)
P3_RED = (234, 51, 35)
"""In Display P3 what (255, 0, 0) is in sRGB."""
FIXTURES = Path(__file__).parents[1] / "fixtures" / "pictures"
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + bytes(64)
TEXT = "Only words, 只是文字。\n".encode() * 50


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def scene(width: int = 96, height: int = 64) -> Image.Image:
    """A picture in which every corner has a colour of its own: red, green, blue, yellow from top left, row by row."""
    image = Image.new("RGB", (width, height))
    half = (width // 2, height // 2)
    for index, colour in enumerate([(220, 30, 30), (30, 200, 30), (30, 30, 220), (230, 220, 40)]):
        image.paste(colour, (half[0] * (index % 2), half[1] * (index // 2), width, height))
    return image


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *extra: bytes, raw: bytes = b"") -> bytes:
    """A greyscale PNG by hand, so that its header may say what it likes."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(raw, 9))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels + png_chunk(b"IEND", b"")


def pixel_bomb_png() -> bytes:
    """60,000 × 60,000 pixels in a few bytes."""
    return png(60_000, 60_000, raw=bytes(1000))


def pixel_bomb_gif() -> bytes:
    """A GIF whose only frame is 65,535 × 65,535."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 16, 16, 0x80, 0, 0) + b"\x00\x00\x00\xff\xff\xff"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\x02\x02\x44\x01\x00"
    return screen + frame + b"\x3b"


def pixel_bomb_webp() -> bytes:
    """A canvas of 16,384 × 16,384, whose decoder would take two gigabytes before the first pixel."""
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\x3f\x00\xff\x3f\x00"
    frame = encoded(scene(), "WEBP", lossless=True)[12:]
    body = b"WEBP" + canvas + frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def text_bomb_png(kind: bytes) -> bytes:
    """80 MB of text that packs into 80 kB, as `zTXt` or `iTXt`."""
    packed = zlib.compress(b"A" * 80_000_000, 9)
    head = b"Comment\x00\x00" if kind == b"zTXt" else b"Comment\x00\x01\x00\x00\x00"
    return png(32, 32, png_chunk(kind, head + packed), raw=bytes(33 * 32))


def data_bomb_png() -> bytes:
    """The header promises 32 × 32 pixels, the pixel data unpack to 100 MB."""
    return png(32, 32, raw=bytes(100_000_000))


def false_length_png() -> bytes:
    """A good PNG whose pixel data claim to be 4 GB long."""
    whole = encoded(scene())
    start = whole.index(b"IDAT") - 4
    return whole[:start] + b"\xff\xff\xff\xff" + whole[start + 4 :]


def large_png(megapixels: int) -> bytes:
    """An honest picture of nothing, `megapixels` large and small on disk."""
    return encoded(Image.new("RGB", (megapixels * 250, 4_000), (10, 120, 200)), compress_level=1)


def polyglot_png_zip() -> bytes:
    """A PNG that is also a ZIP archive with a script in it."""
    return encoded(scene()) + archive()


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("run.sh", "rm -rf /")
    return buffer.getvalue()


def animated_gif() -> bytes:
    """First frame the scene, then black."""
    later = [Image.new("RGB", (96, 64), shade) for shade in ("black", "white")]
    return encoded(scene(), "GIF", save_all=True, append_images=later, duration=100)


def animated_webp() -> bytes:
    return encoded(scene(), "WEBP", save_all=True, append_images=[Image.new("RGB", (96, 64))], lossless=True)


def animated_png() -> bytes:
    return encoded(scene(), "PNG", save_all=True, append_images=[Image.new("RGB", (96, 64))])


def sixteen_bit_grey_png(value: int) -> bytes:
    return encoded(Image.new("I;16", (32, 32), value))


def sixteen_bit_colour_png() -> bytes:
    """32 × 32 pixels of red 0x8000, green 0xFFFF, blue 0; Pillow cannot write this kind, so it is made by hand."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 16, 2, 0, 0, 0))
    row = b"\x00" + struct.pack(">HHH", 0x8000, 0xFFFF, 0) * 32
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(row * 32)) + png_chunk(b"IEND", b"")


def cmyk_jpeg() -> bytes:
    """All red."""
    return encoded(Image.new("RGB", (32, 32), (255, 0, 0)).convert("CMYK"), "JPEG", quality=95)


def transparent_rgba_png() -> bytes:
    """Fully transparent, with a green that must never be seen."""
    return encoded(Image.new("RGBA", (32, 32), (0, 255, 0, 0)))


def transparent_palette_png() -> bytes:
    """A palette whose first colour, green, is transparent; the right half is opaque blue."""
    image = Image.new("P", (32, 32), 0)
    image.putpalette([0, 255, 0, 0, 0, 255])
    image.paste(1, (16, 0, 32, 32))
    return encoded(image, transparency=0)


def transparent_grey_png() -> bytes:
    """Half transparent black with its own alpha channel (LA)."""
    return encoded(Image.new("LA", (32, 32), (0, 128)))


def transparent_colour_png() -> bytes:
    """No alpha channel, but one colour declared transparent (tRNS on RGB)."""
    return encoded(Image.new("RGB", (32, 32), (0, 255, 0)), transparency=(0, 255, 0))


def phone_jpeg() -> bytes:
    """The scene, stored lying on its side as phones do, with the place where it was taken, a comment and a profile."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Spy"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (52.0, 31.0, 12.0)}
    )
    lying = scene().transpose(Image.Transpose.ROTATE_90)
    return encoded(lying, "JPEG", exif=exif, quality=95, comment=b"my home", icc_profile=b"profile" * 40)


def jpeg_with_broken_exif() -> bytes:
    """A good picture whose EXIF ends in the middle of a field, as some editors leave it."""
    exif = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x05\x00\x12\x01\x03\x00\x01\x00"
    return encoded(scene(), "JPEG", exif=exif, quality=95)


def png_with_secrets() -> bytes:
    """Text before and after the pixels."""
    late = png_chunk(b"tEXt", b"Late\x00secret text")
    whole = png(32, 32, png_chunk(b"tEXt", b"Early\x00secret text"), raw=bytes(33 * 32))
    end = whole.index(png_chunk(b"IEND", b""))
    return whole[:end] + late + whole[end:]


def truncated(whole: bytes, part: float = 0.6) -> bytes:
    return whole[: int(len(whole) * part)]


def noise(width: int, height: int) -> Image.Image:
    """Does not compress, so that a cut falls into its pixels."""
    return Image.effect_noise((width, height), 90).convert("RGB")


def heic(name: str) -> bytes:
    """One of those that were made beforehand; `tests/fixtures/pictures/README.md` says how."""
    return (FIXTURES / f"{name}.heic").read_bytes()


LAID_DOWN = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def laid_down(image: Image.Image, orientation: int) -> Image.Image:
    """As it is stored when EXIF is to say this of it."""
    return image.transpose(LAID_DOWN[orientation]) if orientation in LAID_DOWN else image


def turned(kind: str, orientation: int) -> bytes:
    """The scene, to be turned as its EXIF says."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return encoded(laid_down(scene(), orientation), kind, exif=exif, quality=95)


def profile(space: bytes, tags: dict[bytes, bytes], pcs: bytes = b"XYZ ", device: bytes = b"mntr") -> bytes:
    """An ICC profile, version 4 (ICC.1:2010, 7.2 and 7.3)."""
    text = _unicode("test")
    table, body = b"", b""
    for name, content in {b"desc": text, b"cprt": text, b"wtpt": _xyz(0.9642, 1, 0.8249), **tags}.items():
        table += struct.pack(">4sII", name, 132 + 12 * (3 + len(tags)) + len(body), len(content))
        body += content.ljust(-(-len(content) // 4) * 4, b"\x00")
    head = struct.pack(">I4sI4s4s4s", 132 + len(table) + len(body), bytes(4), 0x04200000, device, space, pcs)
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + _xyz(0.9642, 1, 0.8249)[8:]
    return head.ljust(128, b"\x00") + struct.pack(">I", 3 + len(tags)) + table + body


def display_p3() -> bytes:
    """Its primaries seen from D50, and sRGB's curve."""
    fixed = [round(value * 65536) for value in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)]
    curve = b"para" + bytes(4) + struct.pack(">HH5i", 3, 0, *fixed)
    primaries = {b"rXYZ": (0.51512, 0.2412, -0.00105), b"gXYZ": (0.29198, 0.69225, 0.04189)}
    primaries[b"bXYZ"] = (0.1571, 0.06657, 0.78407)
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return profile(b"RGB ", {name: _xyz(*value) for name, value in primaries.items()} | curves)


def linear_grey() -> bytes:
    """Of which 128 is half the light, sRGB's 188."""
    return profile(b"GRAY", {b"kTRC": b"curv" + bytes(4) + struct.pack(">I", 0)})


def grey_inks() -> bytes:
    """For CMYK: every full ink takes a quarter of the lightness and has no colour."""
    ramp = bytes(range(256))
    grid = b"".join(bytes([255 - 255 * bin(place).count("1") // 4, 128, 128]) for place in range(16))
    matrix = struct.pack(">9i", *(65536 * (place % 4 == 0) for place in range(9)))
    return profile(
        b"CMYK",
        {b"A2B0": b"mft1" + bytes(4) + b"\x04\x03\x02\x00" + matrix + ramp * 4 + grid + ramp * 3},
        b"Lab ",
        b"prtr",
    )


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65536) for value in values))


def _unicode(text: str) -> bytes:
    said = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(said), 28) + said


def in_colour(mode: str, colour: int | float | tuple[int, ...], kind: str = "PNG", **options: Any) -> bytes:
    """A picture of one colour, 32 × 32."""
    return encoded(Image.new(mode, (32, 32), colour), kind, **options)


def camera_raw(tag: int, value: int | bytes) -> bytes:
    """What a camera's RAW begins with: a TIFF of its thumbnail, with a tag that says so."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[tag] = value
    return encoded(scene(), "TIFF", tiffinfo=tags)


def canon_raw() -> bytes:
    """CR2: its mark stands where a TIFF's first directory might begin."""
    whole = encoded(scene(), "TIFF")
    moved = whole[:4] + struct.pack("<I", len(whole)) + b"CR\x02\x00" + whole[12:]
    at = struct.unpack("<I", whole[4:8])[0]
    count = struct.unpack("<H", whole[at : at + 2])[0]
    return moved + whole[at : at + 2 + 12 * count + 4]


def animated(kind: str, **options: Any) -> bytes:
    """First frame or page the scene, then black."""
    return encoded(scene(), kind, save_all=True, append_images=[Image.new("RGB", (96, 64))], **options)


def with_false_size(whole: bytes, side: int) -> bytes:
    """A HEIC or AVIF of the scene whose container says that it is a square of this side (ISO 23008-12, `ispe`)."""
    true = b"ispe" + bytes(4) + struct.pack(">II", 96, 64)
    assert true in whole
    return whole.replace(true, b"ispe" + bytes(4) + struct.pack(">II", side, side))


def pixel_bomb_bmp() -> bytes:
    whole = encoded(scene(), "BMP")
    return whole[:18] + struct.pack("<ii", 60_000, 60_000) + whole[26:]


def pixel_bomb_tiff() -> bytes:
    """Of the tags' entries, those of width and height are of this form (TIFF 6.0)."""
    whole = encoded(scene(), "TIFF")
    for tag, side in ((256, 96), (257, 64)):
        true = struct.pack("<HHII", tag, 4, 1, side)
        assert true in whole
        whole = whole.replace(true, struct.pack("<HHII", tag, 4, 1, 60_000))
    return whole
