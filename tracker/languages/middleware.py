"""A page is a function of its address: that alone decides the language. No cookie, no session and no ``Accept-Language`` has a part in it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from tracker.languages.addresses import language_of
from tracker.languages.page import fitted, is_fitted


class LanguageOfTheAddress:
    """Answers in the language of the path, and says which in ``Content-Language``. Pages read as the language prints them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = language_of(request.path_info)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        is_page = isinstance(response, HttpResponse) and response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and is_fitted(language):
            response.content = fitted(response.content.decode(response.charset), language)
            if response.has_header("Content-Length"):
                response.headers["Content-Length"] = str(len(response.content))
        response.headers.setdefault("Content-Language", language)
        return response
