"""Things that a paper must not hold, and how somebody would plant each."""

import io
from collections.abc import Callable

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NumberObject,
    PdfObject,
    StreamObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.documents.signed import plain_paper


def planted(plant: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(plain_paper()))
    plant(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def in_root(key: str, value: PdfObject) -> Callable[[IncrementalPdfFileWriter], None]:
    def plant(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name(key)] = writer.add_object(value)
        writer.update_root()

    return plant


def in_page(key: str, value: PdfObject) -> Callable[[IncrementalPdfFileWriter], None]:
    def plant(writer: IncrementalPdfFileWriter) -> None:
        page, _resources = writer.find_page_for_modification(0)
        page.get_object()[pdf_name(key)] = writer.add_object(value)
        writer.mark_update(page)

    return plant


def in_pages(key: str, value: PdfObject) -> Callable[[IncrementalPdfFileWriter], None]:
    """Where pages inherit from."""

    def plant(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        pages[pdf_name(key)] = value
        writer.update_container(pages)

    return plant


def stream() -> StreamObject:
    return StreamObject({pdf_name("/N"): NumberObject(3)}, b"")


def entries(**given: PdfObject | str) -> DictionaryObject:
    return DictionaryObject(
        {
            pdf_name(f"/{key}"): value if isinstance(value, PdfObject) else pdf_name(value)
            for key, value in given.items()
        }
    )


def annotation(**given: PdfObject | str) -> ArrayObject:
    return ArrayObject([entries(Type="/Annot", **given)])


PLANTED = {
    "script at opening": (
        in_root("/OpenAction", entries(S="/JavaScript", JS=pdf_string("app.alert(1)"))),
        "脚本",
    ),
    "going to a page at opening": (in_root("/OpenAction", ArrayObject()), "打开时的动作"),
    "action of the document": (in_root("/AA", entries()), "自动动作"),
    "action of the page": (in_page("/AA", entries(O=entries(S="/Named"))), "自动动作"),
    "script by name": (in_root("/Names", entries(JavaScript=entries())), "脚本"),
    "attachment by name": (in_root("/Names", entries(EmbeddedFiles=entries())), "附件"),
    "attachment of the document": (in_root("/AF", ArrayObject()), "附件"),
    "portfolio": (in_root("/Collection", entries()), "附件"),
    "layers": (in_root("/OCProperties", entries(OCGs=ArrayObject())), "可选图层"),
    "layer in the page": (in_page("/PieceInfo", entries(Type="/OCG")), "可选图层"),
    "layered picture": (in_page("/Resources", entries(XObject=entries(X=entries(OC=entries())))), "可选图层"),
    "form that scripts": (in_root("/AcroForm", entries(Fields=ArrayObject(), XFA=ArrayObject())), "动态表单"),
    "calculated fields": (in_root("/AcroForm", entries(Fields=ArrayObject(), CO=ArrayObject())), "表单 /CO"),
    "text field": (
        lambda writer: in_root(
            "/AcroForm", entries(Fields=ArrayObject([writer.add_object(entries(FT="/Tx"))]))
        )(writer),
        "签名位以外的表单项",
    ),
    "link": (in_page("/Annots", annotation(Subtype="/Link", A=entries(S="/URI"))), "动作"),
    "note": (in_page("/Annots", annotation(Subtype="/FreeText")), "签名位以外的批注"),
    "film": (in_page("/Annots", annotation(Subtype="/RichMedia", RichMediaContent=entries())), "多媒体"),
    "data from outside": (
        in_page("/Thumb", StreamObject({pdf_name("/F"): pdf_string("x")}, b"")),
        "外部数据",
    ),
    "page from outside": (in_page("/Thumb", entries(Ref=entries())), "外部页面"),
    "picture to be swapped": (in_page("/Thumb", entries(Alternates=ArrayObject())), "替换图像"),
    "validation data": (in_root("/DSS", entries()), "外来的核验资料"),
    "unknown entry": (in_root("/Legal", NumberObject(1)), "文件目录 /Legal"),
    "output of another kind": (
        in_root("/OutputIntents", ArrayObject([entries(S="/GTS_PDFX", DestOutputProfile=stream())])),
        "PDF/A 以外的输出方式",
    ),
    "output without its profile": (
        in_root("/OutputIntents", ArrayObject([entries(S="/GTS_PDFA1")])),
        "PDF/A 以外的输出方式",
    ),
    "output whose profile is elsewhere": (
        in_root(
            "/OutputIntents",
            ArrayObject(
                [entries(S="/GTS_PDFA1", DestOutputProfile=stream(), DestOutputProfileRef=entries())]
            ),
        ),
        "PDF/A 以外的输出方式",
    ),
    "extension of another maker": (in_root("/Extensions", entries(ADBE=entries())), "扩展 /ADBE"),
    "extension that holds more": (
        in_root("/Extensions", entries(ISO_=ArrayObject([entries(X="/Y")]))),
        "扩展 /X",
    ),
    "data of another program": (in_page("/PieceInfo", entries()), "页面 /PieceInfo"),
    "small picture of the page": (in_page("/Thumb", stream()), "页面 /Thumb"),
    "way of turning to the page": (in_page("/Trans", entries()), "页面 /Trans"),
    "place to measure on": (in_page("/VP", ArrayObject()), "页面 /VP"),
    "thread of an article": (in_page("/B", ArrayObject()), "页面 /B"),
    "page cut smaller": (in_page("/CropBox", ArrayObject()), "页面 /CropBox"),
    "entry of all pages": (in_pages("/Rotate", NumberObject(90)), "页面 /Rotate"),
}
