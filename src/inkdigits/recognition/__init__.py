"""Ink becomes digits: one digit in a picture, or the lines of a page, by the digit model and the line model together."""
