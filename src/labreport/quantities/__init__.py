"""Everything that is measured, each number defined once: `registry` says what there is, `measured` takes it from runs.

Sentences, tables and claims take a number from here by its name. `registry` is plain Python, so that planning can check
names; `measured` imports pandas.
"""
