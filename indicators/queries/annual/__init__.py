"""What the annual report says: parts, tables and the figures of its charts, from one vintage and the accepted
returns of its year. The content is kept with the report, so that it always gives the same bytes.
"""

from indicators.queries.annual.checklist import Input, checklist
from indicators.queries.annual.content import content_of
from indicators.queries.annual.drawing import drawn_chapter, kept_chapter
from indicators.queries.annual.material import Report, first_parts
from indicators.queries.annual.named import NameFault, Names

__all__ = [
    "Input",
    "NameFault",
    "Names",
    "Report",
    "checklist",
    "content_of",
    "drawn_chapter",
    "first_parts",
    "kept_chapter",
]
