"""Data packages in and out: folders of CSV files in the words of the glossary, described by a ``datapackage.json``.

schema     which files there are, which columns they have, and the descriptor
files      reading and writing the files themselves: strict CSV in UTF-8
loader     a package into the desk, whole or not at all; its steps:
standing   what is here already, and whose it is
plan       what is new, changed, gone or left, and every fault
writing    the rows into the database
exporter   the desk's records into a package
casefiles  the packages that come with the software
"""
