"""A programme as one Excel workbook, and back: for people who would rather change a programme in a spreadsheet.

Every file is told in sheets that people can read and edit; a hidden sheet holds the files as they are. What was not
edited comes back byte for byte, comments included; an edited file is written anew from its sheets, where a YAML file loses
its comments. A single form travels as the XLSForm that everybody knows.
"""

from tsela.programme.workbook.forms import export_form, import_form, is_form
from tsela.programme.workbook.whole import export_programme, import_programme

__all__ = ["export_form", "export_programme", "import_form", "import_programme", "is_form"]
