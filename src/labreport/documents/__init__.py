"""One narrative, several formats: Jinja, Markdown, LaTeX."""
