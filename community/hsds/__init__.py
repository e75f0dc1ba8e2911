"""HSDS data packages: `read` takes a folder apart, `check` judges every row, `apply` writes the good ones."""
