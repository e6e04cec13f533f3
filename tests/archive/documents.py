"""Documents made for tests: PDF files written by hand, so that nothing in them is a library's idea of a PDF."""

import zlib


def pdf(*pages: str | bytes, information: dict[str, str] | None = None, packed: bool = False, catalog: str = "") -> bytes:
    """A PDF with a page for each text (lines parted by "\\n"), or with bytes as the page's own drawing instructions."""
    objects: list[bytes] = []
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode())
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for number, said in enumerate(pages):
        drawing = said if isinstance(said, bytes) else _drawing(said)
        options = ""
        if packed:
            drawing, options = zlib.compress(drawing), " /Filter /FlateDecode"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * number} 0 R /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(f"<< /Length {len(drawing)}{options} >>\nstream\n".encode() + drawing + b"\nendstream")
    trailer = ""
    if information is not None:
        objects.append(b"<< " + b" ".join(f"/{name} ({value})".encode("latin-1") for name, value in information.items()) + b" >>")
        trailer = f" /Info {len(objects)} 0 R"
    out = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R{trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()


def _drawing(text: str) -> bytes:
    lines = text.split("\n")
    out = b"BT /F1 12 Tf 72 720 Td 14 TL\n"
    for line in lines:
        escaped = line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        out += b"(" + escaped + b") Tj T*\n"
    return out + b"ET"


def locked(content: bytes, password: str, owner: str) -> bytes:
    """The same PDF with a password to open it ("" for one that only forbids changing it)."""
    import io

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(user_password=password, owner_password=owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
