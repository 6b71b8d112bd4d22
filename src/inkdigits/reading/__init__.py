"""Reading a page: detect, group, recognise, decide."""
