"""A profile brings its folder with the pages in stock, once."""

from routers.virtual import VirtualRouter, files


def test_a_profile_makes_its_folder_and_a_changed_page_stays() -> None:
    router = VirtualRouter(address="127.9.9.8", version="6.49.10 (long-term)")
    assert router.paste("/ip hotspot profile add name=p html-directory=flash/mine") == ""
    names = {row["name"] for row in router.tree.rows("/file")}
    assert {"flash/mine", "flash/mine/login.html", "flash/mine/rlogin.html"} <= names
    files.write(router.device, "flash/mine/login.html", "ours")
    router.paste("/ip hotspot profile set p login-by=http-pap")
    assert files.read(router.device, "flash/mine/login.html") == "ours"


def test_the_folder_that_is_there_stays_as_it_is() -> None:
    router = VirtualRouter(address="127.9.9.8")
    before = router.tree.rows("/file")
    router.paste("/ip hotspot profile add name=p")
    assert router.tree.rows("/file") == before
