"""Prompt templates that ship with the program: a prompt a line, `[name]` for the word, `[filewords]` for the caption."""
