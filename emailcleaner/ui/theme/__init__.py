"""The look: one table of tokens, and the palette, style sheet, fonts and icons made from it."""
