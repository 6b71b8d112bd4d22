"""What a file is, by its content: one of the few formats that are read, or another, called by its name.

The list is short on purpose: what people bring. Each format more is a decoder more that strangers' files reach; some of
Pillow's hold pictures of any other format in turn, and one starts Ghostscript.
"""

from __future__ import annotations

import re

PILLOW_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM")

_SIGNATURES = (
    ("PNG", rb"\x89PNG\r\n\x1a\n"),
    ("JPEG", rb"\xff\xd8\xff"),
    ("GIF", rb"GIF8[79]a"),
    ("BMP", rb"BM"),
    ("TIFF", rb"II(?:[*+]\0|\0\*)|MM(?:\0[*+]|\*\0)"),
    ("WEBP", rb"RIFF.{4}WEBP"),
    ("JPEG2000", rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"),
    ("PPM", rb"P[0-6fy]"),
    ("PDF", rb"(?:\xef\xbb\xbf)?[ \t\r\n]{0,1000}%PDF-"),
)
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
_HEIF_BRANDS = (b"mif1", b"msf1")  # an AVIF may begin with these too
_AVIF_BRANDS = (b"avif", b"avis")

_OTHERS = (
    ("a PostScript or EPS file", rb"%!PS|\xc5\xd0\xd3\xc6"),
    ("an IPTC file", rb"\x1c[\x01-\x09]"),
    ("an icon (ICO)", rb"\0\0\x01\0"),
    ("a cursor (CUR)", rb"\0\0\x02\0"),
    ("an icon of macOS (ICNS)", rb"icns"),
    ("a Photoshop file (PSD)", rb"8BPS"),
    ("a GIMP file (XCF)", rb"gimp xcf"),
    ("a GIMP brush (GBR)", rb".{20}GIMP"),
    ("a drawing (SVG)", rb"\s*(?:<\?xml.{0,800}?)?<svg"),
    ("a Windows metafile (WMF)", rb"\xd7\xcd\xc6\x9a|\x01\0\t\0\0"),
    ("a Windows metafile (EMF)", rb"\x01\0\0\0.{36} EMF"),
    (
        "a bitmap without its file header (DIB)",
        rb"[\x0c\x28\x6c\x7c]\0\0\0.{8}\x01\0[\x01\x04\x08\x10\x18\x20]\0",
    ),
    ("a JPEG XL picture", rb"\xff\x0a|\0\0\0\x0cJXL "),
    ("a video or a picture in a container of MPEG-4", rb".{4}ftyp"),
    ("a BLP texture", rb"BLP[012]"),
    ("a DDS texture", rb"DDS "),
    ("an FTEX texture", rb"FTEX"),
    ("a QOI picture", rb"qoif"),
    ("an SGI picture", rb"\x01\xda[\0\x01][\x01\x02]"),
    ("a Sun raster picture", rb"\x59\xa6\x6a\x95"),
    ("a PCX picture", rb"\n[\0\x02\x03\x05][\0\x01]"),
    ("a DCX fax", rb"\xb1\x68\xde\x3a"),
    ("a FITS picture", rb"SIMPLE  ="),
    ("a McIdas picture", rb"\0{7}\x04"),
    ("an FLI animation", rb".{4}[\x11\x12]\xaf"),
    ("a Windows Paint picture (MSP)", rb"DanM|LinS"),
    ("a PIXAR picture", rb"\x80\xe8\0\0"),
    ("an XPM picture", rb"/\* XPM \*/"),
    ("an XBM picture", rb"#define .{1,200}_width"),
    ("a thumbnail of XV or a PAM picture", rb"P7[ \n]"),
    ("an IM picture", rb"Image type: "),
    ("an OpenEXR picture", rb"\x76\x2f\x31\x01"),
    ("a Radiance picture (HDR)", rb"#\?(?:RADIANCE|RGBE)"),
    ("a DICOM picture", rb".{128}DICM"),
    ("a camera's raw file", rb"FUJIFILMCCD-RAW|\0MRM"),
    ("a DjVu document", rb"AT&TFORM"),
    ("an HDF5 file", rb"\x89HDF\r\n"),
    ("a GRIB file", rb"GRIB"),
    ("a BUFR file", rb"BUFR"),
    ("a document of Word, Excel or PowerPoint", rb"\xd0\xcf\x11\xe0"),
    ("a ZIP archive, or a document that is one", rb"PK\x03\x04"),
    ("a gzip archive", rb"\x1f\x8b"),
    ("a web page", rb"\s*<(?:!DOCTYPE html|html)"),
)
_LOOK = 2048  # bytes that tell what a file is
_TGA_ENDING = b"TRUEVISION-XFILE.\0"

_JPEG_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # in compressed data 0xff is followed by 0 or by RST0 to RST7


def recognise(content: bytes) -> str | None:
    """Return what a file is that is read: one of `PILLOW_FORMATS`, "PDF" or "HEIC"; None for anything else."""
    start = content[:_LOOK]
    if start[4:8] == b"ftyp":
        return _iso_media(start)
    return next((name for name, signature in _SIGNATURES if re.match(signature, start, re.DOTALL)), None)


def name_of_other_format(content: bytes) -> str | None:
    """Return what to call a file that is not read, such as "a Photoshop file (PSD)"; None if it is not known."""
    if content.endswith(_TGA_ENDING):
        return "a TGA picture"
    start = content[:_LOOK]
    named = (name for name, signature in _OTHERS if re.match(signature, start, re.DOTALL | re.IGNORECASE))
    return next(named, None)


def jpeg_scans(content: bytes) -> int:
    """Return how many scans the first picture in a JPEG file has: each goes over all of it.

    A usual file has one, a progressive one about ten; how many there may be, no header says. A file with more markers
    than any camera writes counts as one with that many scans.
    """
    place = scans = 0
    most = 10_000
    for _ in range(most):
        found = _JPEG_MARKER.search(content, place)
        if found is None:
            return scans
        marker, place = content[found.end() - 1], found.end()
        if marker == 0xD9:  # EOI, the end of the image
            return scans
        scans += marker == 0xDA  # SOS
        if marker not in (0x01, 0xD8):  # TEM and SOI have no length
            place += int.from_bytes(content[place : place + 2], "big")
    return most


def _iso_media(start: bytes) -> str | None:
    """Tell HEIC, also of several pictures, from AVIF, whose container is the same."""
    brand, compatible = start[8:12], start[16 : int.from_bytes(start[:4], "big")]
    if brand in _HEIC_BRANDS or (brand in _HEIF_BRANDS and any(other in compatible for other in _HEIC_BRANDS)):
        return "HEIC"
    is_avif = brand in _AVIF_BRANDS or (brand in _HEIF_BRANDS and any(other in compatible for other in _AVIF_BRANDS))
    return "AVIF" if is_avif else None
