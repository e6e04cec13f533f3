"""Releases: frozen sets of editions, as Data Packages that never change.

schema       the type, the values and the keys of each column, for every list
freezing     a release's lists, row by row, as they are frozen; and all its files in their order
describing   what stands beside them: datapackage.json, codebook, README, citation, manifest
kept         what is read back: the releases there are, their files and their zip, and what was taken from them since
differences  what changed from one release to another, from the kept files
"""
