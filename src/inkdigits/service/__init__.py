"""The HTTP service: reading for any program and any browser, behind limits that hold.

`server.py` starts it, `application.py` puts it together. What a request passes, from outside to inside:

    connection → middleware: the door of limits, request_log, answers, cross-origin, access, limits, answers again
    → a route of routes/ → reading_pool → a reader's process (inkdigits.pool)
"""
