"""Documents to hand out: the periodic report as .docx, .xlsx and .html, its wording and its charts."""
