"""The desk's pages for imports: a file, how it is read, what its columns hold, what it would do, and what it did.

Each step has an address of its own below that of the import, whose row keeps all that was decided; none needs scripts.

    pages       the list, the page of an import by its state, and the steps' addresses
    uploading   a file is taken
    format      how it is read
    columns     what its columns hold, one line a column
    field       how the cells of one field are read: lists, dates, words, governments
    whole       what holds for the whole file: its source, its keys, the rows that count, the second file
    text        the profile as text, and kept under a name
    preview     what it would do, in words
    deciding    governments, differences, apply, hand in, undo
    profiles    the profiles kept here
"""
