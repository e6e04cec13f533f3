"""Capture: copies of the pages and files that records cite, their text, and the passages in it.

addresses  which hosts and addresses may be asked at all
fetch      a page over http, within bounds; and whether a link still leads somewhere
media      what kind of document some bytes are
store      the bytes themselves, kept under their SHA-256 and never altered
text       the text of a document, read in a process of its own
reading    that process: PDF, HTML and plain text as text with pages or paragraphs
pages      HTML as a reader sees it, and what it says about itself
locators   page and paragraph numbers of a stretch of text
passages   quotations: described so that they can be found again, and found again
"""
