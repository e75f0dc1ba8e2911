"""HSDS in and out.

In: `files` opens what was handed in, `read` takes it apart (`rows` CSV, `nested`
JSON, `ohana` the older CSV), `check` judges every row, `apply` writes the good
ones. Out: `share` says what may leave, `write` makes files of it.
"""
