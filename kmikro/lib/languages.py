"""The languages in which customers are answered. Pure."""

LANGUAGES = {
    "en": "English",
    "sw": "Kiswahili",
    "fr": "Français",
    "es": "Español",
    "pt": "Português",
    "id": "Bahasa Indonesia",
}
