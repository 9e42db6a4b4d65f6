"""A screenshot as a small PNG: of 64 colours, which is what a page of text needs."""

import base64
import struct
import zlib

from playwright.sync_api import BrowserContext

# The most frequent colours, and of each pixel the number of the nearest one; the browser can read a PNG already.
_FEW_COLOURS = """async (encoded) => {
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const pixels = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
  const seen = new Map();
  for (const pixel of pixels) seen.set(pixel, (seen.get(pixel) ?? 0) + 1);
  const rgb = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const palette = [...seen].sort((one, other) => other[1] - one[1]).slice(0, 64).map(([pixel]) => rgb(pixel));
  const nearest = new Map([...seen.keys()].map((pixel) => {
    const far = palette.map((colour) => colour.reduce((sum, part, at) => sum + (part - rgb(pixel)[at]) ** 2, 0));
    return [pixel, String.fromCharCode(far.indexOf(Math.min(...far)))];
  }));
  return [image.width, palette.flat(), Array.from(pixels, (pixel) => nearest.get(pixel)).join("")];
}"""


def with_few_colours(context: BrowserContext, png: bytes) -> bytes:
    """The same picture, smaller."""
    page = context.new_page()
    width, palette, numbers = page.evaluate(_FEW_COLOURS, base64.b64encode(png).decode())
    page.close()
    pixels = numbers.encode("ascii")
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, len(pixels), width))
    size = struct.pack(">IIBBBBB", width, len(pixels) // width, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", size), (b"PLTE", bytes(palette)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
