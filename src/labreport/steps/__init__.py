"""One module per rule, same name: each reads what its job names, calls, and writes. Imports are as few as it needs."""
