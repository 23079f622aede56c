"""Which kinds of picture are read, by Pillow's names, and what reads them. Importing this loads neither."""

PILLOW_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
"""What Pillow reads by itself."""


def all_formats() -> tuple[str, ...]:
    """All kinds, HEIF among them, ready to be opened. Only for a process that has limited itself.

    libheif is C code on strangers' bytes, and has no limits that could be set from here but that of its threads: so
    nothing else loads it. AVIF is tried before HEIF, whose brand `mif1` it may bear. One thread each, because every
    thread's heap counts as memory.
    """
    import pi_heif
    from PIL import AvifImagePlugin, TiffImagePlugin, WebPImagePlugin  # noqa: F401 — by this Pillow knows them

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    return (*PILLOW_FORMATS, "HEIF")
