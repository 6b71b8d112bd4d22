"""Ink becomes digits: one digit in a picture, or the lines of a page, by digit model and line model together."""
