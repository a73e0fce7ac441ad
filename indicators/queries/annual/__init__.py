"""What the annual report says: chapters, tables and the figures of its charts, from one vintage and the
accepted returns of its year. The content is kept with the report, so that it always gives the same bytes.
"""

from indicators.queries.annual.checklist import Input, checklist
from indicators.queries.annual.content import content_of

__all__ = ["Input", "checklist", "content_of"]
