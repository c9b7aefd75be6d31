"""The form of a voucher design."""

from django import forms

from billing import papers, slip_html


class DesignForm(forms.Form):
    """Fields are named as billing.designs refuses them."""

    name = forms.CharField(label="Name", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    paper = forms.ChoiceField(label="Paper", choices=papers.CHOICES)
    html = forms.CharField(
        label="HTML",
        max_length=slip_html.LONGEST,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 14, "spellcheck": "false", "autocomplete": "off", "class": "font-mono"}
        ),
        help_text="With style attributes and pictures as data: images. Scripts and anything from other sites are taken out",
    )
