"""One module per rule, same name: the only code that touches files."""
