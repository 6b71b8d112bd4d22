"""Arithmetic on a page: light, ink, crops of lines, 28×28 as MNIST was made; no network, no weights."""
