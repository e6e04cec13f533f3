"""The catalogues of the interface: what there is to translate (``sources``), and the files that hold the translations (``catalogues``).

``manage.py messages`` brings tracker/locale/*/LC_MESSAGES/django.po up to date and compiles it. GNU gettext is not needed.
"""
