"""What was read: digits, lines and readings, as data, drawn and on sheets."""
