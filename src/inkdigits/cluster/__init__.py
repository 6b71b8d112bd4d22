"""Past one machine, on Ray: the same reader and the same `fit`, run by many workers."""
