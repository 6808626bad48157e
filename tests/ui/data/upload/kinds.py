"""Tables as files that are no text: helpers for tests, of which none stands here."""

import io
import zipfile

import pandas as pd


def parquet(table: pd.DataFrame) -> bytes:
    """A table as Parquet."""
    out = io.BytesIO()
    table.to_parquet(out)
    return out.getvalue()


def workbook(rows: list[list], more: int = 0) -> bytes:
    """The least that is a workbook: its first sheet with these rows, then some empty ones."""

    def cell(value: object) -> str:
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        return f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    names = [f"sheet{i + 1}" for i in range(1 + more)]
    listed = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(names, 1))
    linked = "".join(
        f'<Relationship Id="r{i}" Type="{kind}/worksheet" Target="worksheets/{n}.xml"/>'
        for i, n in enumerate(names, 1)
    )
    filled = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="w" '
        f'Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{kind}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}">{linked}</Relationships>',
        **{
            f"xl/worksheets/{name}.xml": f'<worksheet xmlns="{main}"><sheetData>'
            f"{filled if name == 'sheet1' else ''}</sheetData></worksheet>"
            for name in names
        },
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()
