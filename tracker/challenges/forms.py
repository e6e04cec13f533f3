"""The form of a challenge."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tracker.models import Challenge


class ChallengeForm(forms.ModelForm):
    """What is wrong, where that can be seen, and, if the reader likes, who says so."""

    use_required_attribute = True
    website = forms.CharField(required=False, label=_("Leave this empty"), widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))
    """People don't see it; programs that fill in every field do."""

    class Meta:
        """Of a challenge, what its reader writes."""

        model = Challenge
        fields = ("says", "source", "name", "email")
        labels = {
            "says": _("What is wrong?"),
            "source": _("Where can that be seen?"),
            "name": _("Your name"),
            "email": _("Your e-mail address"),
        }
        help_texts = {
            "says": _("Up to 5,000 characters. One thing at a time reaches the right person soonest."),
            "source": _("A document, an address, a page number. Up to 2,000 characters."),
            "name": _("If you like. Seen by the staff of this site only, never published."),
            "email": _("If you would like an answer. Seen by the staff of this site only, never published."),
        }
        widgets = {
            "says": forms.Textarea(attrs={"rows": 8}),
            "source": forms.Textarea(attrs={"rows": 3}),
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
        error_messages = {"says": {"required": _("Say what is wrong, in a sentence or two.")}}

    def clean_website(self) -> str:
        """Empty, or a program wrote it."""
        if self.cleaned_data["website"]:
            raise ValidationError(_("Leave the last field empty: it is there to recognise programs."))
        return ""
