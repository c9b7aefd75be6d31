"""What customers are told, by code and language. Nothing in it that they did not know: times and counts only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

LANGUAGES = ("en", "sw", "fr", "es", "pt", "id")
LONGEST = 253  # octets of a Reply-Message

# "Your voucher" and "your account": at the beginning of a sentence, and after "of".
_YOURS = {
    "en": {"voucher": ("Your voucher", "your voucher"), "account": ("Your account", "your account")},
    "sw": {"voucher": ("Vocha yako", "vocha yako"), "account": ("Akaunti yako", "akaunti yako")},
    "fr": {"voucher": ("Votre bon", "votre bon"), "account": ("Votre compte", "votre compte")},
    "es": {"voucher": ("Su vale", "su vale"), "account": ("Su cuenta", "su cuenta")},
    "pt": {"voucher": ("O seu voucher", "o seu voucher"), "account": ("A sua conta", "a sua conta")},
    "id": {"voucher": ("Voucher Anda", "voucher Anda"), "account": ("Akun Anda", "akun Anda")},
}
_EN = {
    "malformed": "The router sent a request we cannot read.",
    "both_passwords": "The router sent a request we cannot read.",
    "unsupported_method": "This way of signing in is not offered here.",
    "no_password": "No password was given. Please check what you typed and try again.",
    "unknown_user": "Unknown code. Please check what you typed and try again.",
    "wrong_password": "Wrong password. Please check what you typed and try again.",
    "wrong_device": "This name belongs to another device. Please check what you typed and try again.",
    "locked_device": "{Yours} is for another device. Please ask your provider.",
    "wrong_access": "{Yours} is not valid for this kind of connection.",
    "not_for_routers": "This is not a name for signing in to routers.",
    "void": "{Yours} is not valid any more.",
    "suspended": "{Yours} is paused. Please ask your provider.",
    "ended": "{Yours} has ended.",
    "time_spent": "The time of {yours} is used up.",
    "data_spent": "The data of {yours} are used up.",
    "outside_hours": "{Yours} is not valid at this hour. It works again from {at}.",
    "day_data_spent": "Today's data of {yours} are used up. There are new ones from {at}.",
    "day_time_spent": "Today's time of {yours} is used up. There is new time from {at}.",
    "wrong_site": "{Yours} is not valid at this place.",
    "too_many_devices": "{Yours} is already in use on {count}.",
    "no_trial": "No free trial is offered here.",
    "eap_broken": "Signing in to Wi-Fi failed. Please try again.",
    "eap_method": "Your device is set up for another way of signing in to Wi-Fi. Please ask your provider.",
    "eap_unknown": "Signing in to Wi-Fi took too long. Please try again.",
    "tls_failed": "Your device does not trust this Wi-Fi. Please ask your provider for its certificate.",
    "isp_suspended": "No new connections are possible here at the moment. Please ask your provider.",
    "grace": "{Yours} has ended. You can stay online until {at}; please renew before then.",
}
_SW = {
    "malformed": "Kipanga njia kimetuma ombi ambalo hatuwezi kulisoma.",
    "both_passwords": "Kipanga njia kimetuma ombi ambalo hatuwezi kulisoma.",
    "unsupported_method": "Njia hii ya kuingia haipatikani hapa.",
    "no_password": "Hakuna nenosiri. Tafadhali angalia ulichoandika ujaribu tena.",
    "unknown_user": "Msimbo haujulikani. Tafadhali angalia ulichoandika ujaribu tena.",
    "wrong_password": "Nenosiri si sahihi. Tafadhali angalia ulichoandika ujaribu tena.",
    "wrong_device": "Jina hili ni la kifaa kingine. Tafadhali angalia ulichoandika ujaribu tena.",
    "locked_device": "{Yours} ni ya kifaa kingine. Tafadhali wasiliana na mtoa huduma wako.",
    "wrong_access": "{Yours} haiwezi kutumika kwa aina hii ya muunganisho.",
    "not_for_routers": "Jina hili si la kuingia kwenye vipanga njia.",
    "void": "{Yours} haitumiki tena.",
    "suspended": "{Yours} imesimamishwa. Tafadhali wasiliana na mtoa huduma wako.",
    "ended": "{Yours} imekwisha.",
    "time_spent": "Muda wa {yours} umekwisha.",
    "data_spent": "Data ya {yours} imekwisha.",
    "outside_hours": "{Yours} haitumiki saa hizi. Itafanya kazi tena kuanzia {at}.",
    "day_data_spent": "Data ya leo ya {yours} imekwisha. Utapata nyingine kuanzia {at}.",
    "day_time_spent": "Muda wa leo wa {yours} umekwisha. Utapata mwingine kuanzia {at}.",
    "wrong_site": "{Yours} haitumiki mahali hapa.",
    "too_many_devices": "{Yours} tayari inatumika kwenye {count}.",
    "no_trial": "Hakuna jaribio la bure hapa.",
    "eap_broken": "Kuingia kwenye Wi-Fi kumeshindikana. Tafadhali jaribu tena.",
    "eap_method": "Kifaa chako kimewekwa kwa njia nyingine ya kuingia kwenye Wi-Fi. Tafadhali wasiliana na mtoa huduma wako.",
    "eap_unknown": "Kuingia kwenye Wi-Fi kumechukua muda mrefu. Tafadhali jaribu tena.",
    "tls_failed": "Kifaa chako hakiiamini Wi-Fi hii. Tafadhali mwombe mtoa huduma wako cheti chake.",
    "isp_suspended": "Kwa sasa haiwezekani kuunganishwa hapa. Tafadhali wasiliana na mtoa huduma wako.",
    "grace": "{Yours} imekwisha. Unaweza kuendelea hadi {at}; tafadhali lipia kabla ya hapo.",
}
_FR = {
    "malformed": "Le routeur a envoyé une demande illisible.",
    "both_passwords": "Le routeur a envoyé une demande illisible.",
    "unsupported_method": "Ce mode de connexion n'est pas proposé ici.",
    "no_password": "Aucun mot de passe n'a été donné. Vérifiez votre saisie et réessayez.",
    "unknown_user": "Code inconnu. Vérifiez votre saisie et réessayez.",
    "wrong_password": "Mot de passe incorrect. Vérifiez votre saisie et réessayez.",
    "wrong_device": "Ce nom appartient à un autre appareil. Vérifiez votre saisie et réessayez.",
    "locked_device": "{Yours} est réservé à un autre appareil. Contactez votre fournisseur.",
    "wrong_access": "{Yours} n'est pas valable pour ce type de connexion.",
    "not_for_routers": "Ce nom ne permet pas de se connecter aux routeurs.",
    "void": "{Yours} n'est plus valable.",
    "suspended": "{Yours} est suspendu. Contactez votre fournisseur.",
    "ended": "{Yours} a expiré.",
    "time_spent": "Le temps de {yours} est épuisé.",
    "data_spent": "Les données de {yours} sont épuisées.",
    "outside_hours": "{Yours} n'est pas valable à cette heure. Il le sera de nouveau à partir de {at}.",
    "day_data_spent": "Les données du jour de {yours} sont épuisées. Vous en aurez d'autres à partir de {at}.",
    "day_time_spent": "Le temps du jour de {yours} est épuisé. Vous en aurez de nouveau à partir de {at}.",
    "wrong_site": "{Yours} n'est pas valable à cet endroit.",
    "too_many_devices": "{Yours} est déjà utilisé sur {count}.",
    "no_trial": "Aucun essai gratuit n'est proposé ici.",
    "eap_broken": "La connexion au Wi-Fi a échoué. Veuillez réessayer.",
    "eap_method": "Votre appareil est réglé sur un autre mode de connexion au Wi-Fi. Adressez-vous à votre fournisseur.",
    "eap_unknown": "La connexion au Wi-Fi a pris trop de temps. Veuillez réessayer.",
    "tls_failed": "Votre appareil ne fait pas confiance à ce Wi-Fi. Demandez son certificat à votre fournisseur.",
    "isp_suspended": "Aucune nouvelle connexion n'est possible ici pour le moment. Demandez à votre fournisseur.",
    "grace": "{Yours} a expiré. Vous pouvez rester en ligne jusqu'à {at} ; pensez à le renouveler avant.",
}
_ES = {
    "malformed": "El router envió una solicitud que no podemos leer.",
    "both_passwords": "El router envió una solicitud que no podemos leer.",
    "unsupported_method": "Esta forma de entrar no se ofrece aquí.",
    "no_password": "No se dio ninguna contraseña. Revise lo que escribió e intente de nuevo.",
    "unknown_user": "Código desconocido. Revise lo que escribió e intente de nuevo.",
    "wrong_password": "Contraseña incorrecta. Revise lo que escribió e intente de nuevo.",
    "wrong_device": "Este nombre es de otro dispositivo. Revise lo que escribió e intente de nuevo.",
    "locked_device": "{Yours} es para otro dispositivo. Consulte a su proveedor.",
    "wrong_access": "{Yours} no sirve para este tipo de conexión.",
    "not_for_routers": "Este nombre no permite entrar en los routers.",
    "void": "{Yours} ya no sirve.",
    "suspended": "{Yours} está en pausa. Consulte a su proveedor.",
    "ended": "{Yours} ha terminado.",
    "time_spent": "El tiempo de {yours} se agotó.",
    "data_spent": "Los datos de {yours} se agotaron.",
    "outside_hours": "{Yours} no funciona a esta hora. Funcionará de nuevo desde {at}.",
    "day_data_spent": "Los datos de hoy de {yours} se agotaron. Tendrá más desde {at}.",
    "day_time_spent": "El tiempo de hoy de {yours} se agotó. Tendrá más desde {at}.",
    "wrong_site": "{Yours} no sirve en este lugar.",
    "too_many_devices": "{Yours} ya está en uso en {count}.",
    "no_trial": "Aquí no se ofrece una prueba gratis.",
    "eap_broken": "No se pudo entrar en la Wi-Fi. Inténtelo de nuevo.",
    "eap_method": "Su dispositivo está configurado para otro modo de entrar en la Wi-Fi. Consulte a su proveedor.",
    "eap_unknown": "Entrar en la Wi-Fi tardó demasiado. Inténtelo de nuevo.",
    "tls_failed": "Su dispositivo no confía en esta Wi-Fi. Pida el certificado a su proveedor.",
    "isp_suspended": "Por ahora no se admiten conexiones nuevas aquí. Consulte a su proveedor.",
    "grace": "{Yours} ha terminado. Puede seguir en línea hasta {at}; renueve antes, por favor.",
}
_PT = {
    "malformed": "O roteador enviou um pedido que não conseguimos ler.",
    "both_passwords": "O roteador enviou um pedido que não conseguimos ler.",
    "unsupported_method": "Esta forma de entrar não é oferecida aqui.",
    "no_password": "Nenhuma senha foi informada. Confira o que digitou e tente de novo.",
    "unknown_user": "Código desconhecido. Confira o que digitou e tente de novo.",
    "wrong_password": "Senha incorreta. Confira o que digitou e tente de novo.",
    "wrong_device": "Este nome é de outro aparelho. Confira o que digitou e tente de novo.",
    "locked_device": "{Yours} é para outro aparelho. Fale com o seu provedor.",
    "wrong_access": "{Yours} não serve para este tipo de conexão.",
    "not_for_routers": "Este nome não serve para entrar nos roteadores.",
    "void": "{Yours} não vale mais.",
    "suspended": "{Yours} está em pausa. Fale com o seu provedor.",
    "ended": "{Yours} terminou.",
    "time_spent": "{Yours} não tem mais tempo.",
    "data_spent": "{Yours} não tem mais dados.",
    "outside_hours": "{Yours} não funciona neste horário. Voltará a funcionar a partir de {at}.",
    "day_data_spent": "{Yours} não tem mais dados para hoje. Haverá novos a partir de {at}.",
    "day_time_spent": "{Yours} não tem mais tempo para hoje. Haverá mais a partir de {at}.",
    "wrong_site": "{Yours} não vale neste lugar.",
    "too_many_devices": "{Yours} já está em uso em {count}.",
    "no_trial": "Não há teste grátis aqui.",
    "eap_broken": "Não foi possível entrar no Wi-Fi. Tente novamente.",
    "eap_method": "O seu dispositivo está configurado para outro modo de entrar no Wi-Fi. Fale com o seu provedor.",
    "eap_unknown": "Entrar no Wi-Fi demorou demais. Tente novamente.",
    "tls_failed": "O seu dispositivo não confia neste Wi-Fi. Peça o certificado ao seu provedor.",
    "isp_suspended": "No momento não é possível conectar-se aqui. Fale com o seu provedor.",
    "grace": "{Yours} terminou. Você pode continuar online até {at}; renove antes disso, por favor.",
}
_ID = {
    "malformed": "Router mengirim permintaan yang tidak dapat kami baca.",
    "both_passwords": "Router mengirim permintaan yang tidak dapat kami baca.",
    "unsupported_method": "Cara masuk ini tidak tersedia di sini.",
    "no_password": "Kata sandi tidak diisi. Periksa yang Anda ketik, lalu coba lagi.",
    "unknown_user": "Kode tidak dikenal. Periksa yang Anda ketik, lalu coba lagi.",
    "wrong_password": "Kata sandi salah. Periksa yang Anda ketik, lalu coba lagi.",
    "wrong_device": "Nama ini milik perangkat lain. Periksa yang Anda ketik, lalu coba lagi.",
    "locked_device": "{Yours} hanya untuk perangkat lain. Silakan hubungi penyedia Anda.",
    "wrong_access": "{Yours} tidak berlaku untuk jenis sambungan ini.",
    "not_for_routers": "Nama ini bukan untuk masuk ke router.",
    "void": "{Yours} tidak berlaku lagi.",
    "suspended": "{Yours} sedang dijeda. Silakan hubungi penyedia Anda.",
    "ended": "{Yours} sudah berakhir.",
    "time_spent": "Waktu {yours} sudah habis.",
    "data_spent": "Kuota {yours} sudah habis.",
    "outside_hours": "{Yours} tidak berlaku pada jam ini. Dapat dipakai lagi mulai {at}.",
    "day_data_spent": "Kuota hari ini dari {yours} sudah habis. Kuota baru tersedia mulai {at}.",
    "day_time_spent": "Waktu hari ini dari {yours} sudah habis. Waktu baru tersedia mulai {at}.",
    "wrong_site": "{Yours} tidak berlaku di tempat ini.",
    "too_many_devices": "{Yours} sudah dipakai di {count}.",
    "no_trial": "Uji coba gratis tidak tersedia di sini.",
    "eap_broken": "Gagal masuk ke Wi-Fi. Silakan coba lagi.",
    "eap_method": "Perangkat Anda diatur untuk cara masuk Wi-Fi yang lain. Silakan hubungi penyedia Anda.",
    "eap_unknown": "Masuk ke Wi-Fi terlalu lama. Silakan coba lagi.",
    "tls_failed": "Perangkat Anda tidak memercayai Wi-Fi ini. Mintalah sertifikatnya kepada penyedia Anda.",
    "isp_suspended": "Saat ini sambungan baru tidak dapat dibuat di sini. Silakan hubungi penyedia Anda.",
    "grace": "{Yours} sudah berakhir. Anda dapat tetap online sampai {at}; silakan perpanjang sebelum itu.",
}
SENTENCES = {"en": _EN, "sw": _SW, "fr": _FR, "es": _ES, "pt": _PT, "id": _ID}
_COUNTS: dict[str, Callable[[int], str]] = {
    "en": lambda count: f"{count} device{'s' * (count != 1)}",
    "sw": lambda count: f"{'kifaa' if count == 1 else 'vifaa'} {count}",
    "fr": lambda count: f"{count} appareil{'s' * (count > 1)}",
    "es": lambda count: f"{count} dispositivo{'s' * (count != 1)}",
    "pt": lambda count: f"{count} aparelho{'s' * (count != 1)}",
    "id": lambda count: f"{count} perangkat",
}


def say(code: str, language: str, kind: str, about: tuple[Any, ...], zone: tzinfo) -> str:
    """The customer's sentence; English when the language is not spoken here.

    `kind` is the service's; `about` is what the rule of that code gives: a time in unix seconds or a count.
    """
    spoken = language if language in SENTENCES else "en"
    yours = _YOURS[spoken]["voucher" if kind == "voucher" else "account"]
    first = about[0] if about else None
    return SENTENCES[spoken][code].format(
        Yours=yours[0],
        yours=yours[1],
        at="" if first is None else _moment(first, zone),
        count=_COUNTS[spoken](first if isinstance(first, int) else 1),
    )


def _moment(at: float, zone: tzinfo) -> str:
    """'22/11 14:05', which all of these languages write alike."""
    return f"{datetime.fromtimestamp(at, zone):%d/%m %H:%M}"
