"""Delivery: a finished report as a mail. Parts rendered from a page, MIME built, checked and shown; nothing is sent.

The way of a mail: `parts` renders HTML and plain text from one page, `pictures` draws its charts, `message` puts them into one
envelope, `lint` checks the result and `preview` shows it. What a mail says is reports/monthly_executive_mail.py.
"""
