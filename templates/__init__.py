"""Prompt templates that ship: a prompt a line, `[name]` for the word, `[filewords]` for the caption."""
