"""Bringing clients in from a table: read the file, know its columns, judge each line, add people, undo."""
