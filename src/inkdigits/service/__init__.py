"""The HTTP service: reading for any program and any browser, behind limits that hold.

`server.py` starts it, `app.py` puts it together. What a request passes, from outside to inside:

    protocol → request_log → headers → cross-origin → access → limits → a route → reading_pool → model_holder
"""

__all__: list[str] = []
