"""A picture becomes digits on 28×28; no network, no weights."""
