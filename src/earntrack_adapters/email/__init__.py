"""E-mail: written with Jinja2, sent by SMTP or shown on a console."""
