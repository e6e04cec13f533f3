"""Every error of the API as problem details (RFC 9457): JSON with a title, the status and a sentence that says what would be right."""

import logging
import math
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import exceptions

from tracker.public.clocks import BadFilter
from tracker.public.pages import AGAIN_IN, NotHere, later_as_problem, problem

logger = logging.getLogger(__name__)


class NoSuchPlace(NotHere):
    """There is no such page of a list, or no such place to go on from; ``name`` is the parameter."""

    def __init__(self, name: str, sentence: str) -> None:
        """Name the parameter and say what it takes."""
        super().__init__(sentence)
        self.name = name


def as_problem(error: Exception, context: dict[str, Any]) -> HttpResponseBase:
    """REST framework's handler of exceptions. What nobody foresaw is reported as Django reports it, and answered without its insides."""
    match error:
        case BadFilter():
            return problem(400, _("Bad filter"), error.sentence, filter=error.name)
        case NoSuchPlace():
            return problem(404, _("Not found"), str(error), filter=error.name)
        case NotHere():
            return problem(404, _("Not found"), str(error))
        case Http404():
            return problem(404, _("Not found"), _("There is no such address; /api/v1/ says which there are."))
        case SuspiciousOperation():
            return problem(400, _("Bad address"), _("This address cannot be read: it is too long, or has too many parts."))
        case exceptions.MethodNotAllowed():
            allowed = ", ".join(context["view"].allowed_methods)
            sentence = _("Nothing is changed here: %(method)s is none of %(allowed)s.") % {"method": context["request"].method, "allowed": allowed}
            return problem(405, _("Method not allowed"), sentence)
        case exceptions.NotAcceptable():
            sentence = _("This address answers in JSON (application/json); for files add .csv, .xlsx, .json or .jsonl to it.")
            return problem(406, _("Not acceptable"), sentence)
        case exceptions.Throttled():
            return later_as_problem(context["request"]._request, 429, math.ceil(error.wait or 1))
        case exceptions.APIException():
            return problem(error.status_code, _("Refused"), str(error.detail))
        case OperationalError() | InterfaceError():  # gone, or out of time; a question that is wrong is a fault of ours
            logger.exception("The public database did not answer a question of the API.")
            return later_as_problem(context["request"]._request, 503, AGAIN_IN)
    logger.exception("The API failed.")
    got_request_exception.send(sender=as_problem, request=context["request"]._request)
    return problem(500, _("Failed"), _("The site failed to answer. Tell its operator when, and what you asked for."))
