"""Choosing a record in a field of the desk that searches, by the keyboard, as quickly as a machine types."""

from typing import Any


def open_search(page: Any, field: str) -> None:
    """Click into the field that this selector finds, and wait until letters go into its search: they would be lost before."""
    page.click(field)
    page.wait_for_selector(".select2-search__field:focus")


def choose(page: Any, field: str, typed: str, shown: str) -> None:
    """Type, wait until what is to be chosen stands first, and take it: while the search goes on, Enter chooses what was there before."""
    open_search(page, field)
    page.keyboard.type(typed)
    page.wait_for_selector(f".select2-results__option--highlighted:has-text('{shown}')")
    page.keyboard.press("Enter")
