"""Files: named as Discord names them, measured, and fetched through signed addresses that expire."""

import hmac
import io
import mimetypes
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote

from PIL import Image

from sandbox.bodies import Upload
from sandbox.errors import Json
from sandbox.world.clock import Clock
from sandbox.world.state import Attachment

# Seconds that a signed address lives; Discord's live a day.
URL_LIFE = 24 * 3600
SPOILER_FLAG = 1 << 3


@dataclass
class Cdn:
    clock: Clock
    base: str
    _files: dict[str, Attachment] = field(default_factory=dict)
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def keep(self, attachment: Attachment) -> None:
        self._files[attachment.id] = attachment

    def url(self, channel_id: str, attachment: Attachment) -> str:
        """A fresh address, valid for a day by the clock."""
        issued = int(self.clock.now())
        path = f"/attachments/{channel_id}/{attachment.id}/{attachment.filename}"
        query = f"ex={issued + URL_LIFE:x}&is={issued:x}"
        return f"{self.base}{quote(path)}?{query}&hm={self._signature(path, query)}&"

    def find(self, path: str, query: Json) -> Attachment | None:
        """The file behind an address, or None when it is unknown, changed or expired."""
        try:
            expires, issued = int(query["ex"], 16), int(query["is"], 16)
        except (KeyError, ValueError):
            return None
        signature = self._signature(path, f"ex={expires:x}&is={issued:x}")
        if expires < self.clock.now() or not hmac.compare_digest(signature, query.get("hm", "")):
            return None
        return self._files.get(path.split("/")[3])

    def _signature(self, path: str, query: str) -> str:
        return hmac.new(self._secret, f"{path}?{query}".encode(), sha256).hexdigest()


def tidy_name(filename: str) -> str:
    """Discord keeps ASCII letters, digits, dots, dashes and underscores; blanks become underscores."""
    name = re.sub(r"[^A-Za-z0-9._-]", "", filename.replace(" ", "_"))
    return f"unknown{name}" if not name.strip(".") or name.startswith(".") else name


def new_attachment(attachment_id: str, upload: Upload, described: Json, *, ephemeral: bool = False) -> Attachment:
    original = described.get("filename") or upload.filename
    filename = tidy_name(original)
    stem = original.rpartition(".")[0] or original
    attachment = Attachment(
        id=attachment_id,
        filename=filename,
        data=upload.data,
        content_type=mimetypes.guess_type(filename)[0] or upload.content_type,
        title=described.get("title") or (stem if filename != original else None),
        description=described.get("description"),
        ephemeral=ephemeral,
        spoiler=filename.startswith("SPOILER_") or bool(described.get("is_spoiler")),
    )
    attachment.width, attachment.height = _size(upload.data)
    return attachment


def _size(data: bytes) -> tuple[int | None, int | None]:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # Not a picture, or not one that Discord would measure.
        return None, None


def attachment_json(cdn: Cdn, channel_id: str, attachment: Attachment) -> Json:
    url = cdn.url(channel_id, attachment)
    result: Json = {
        "id": attachment.id,
        "filename": attachment.filename,
        "size": len(attachment.data),
        "url": url,
        "proxy_url": url,
        "content_type": attachment.content_type,
    }
    optional = {key: getattr(attachment, key) for key in ("title", "description", "width", "height")}
    result |= {key: value for key, value in optional.items() if value is not None}
    if attachment.ephemeral:
        result["ephemeral"] = True
    if attachment.spoiler:
        result["flags"] = SPOILER_FLAG
    return result
