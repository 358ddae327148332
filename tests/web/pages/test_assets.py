"""What pages are made with: the manifest by which a page is installed keeps nothing and names what is there."""

import struct

from mediation.web.pages.assets import address


def test_page_names_the_manifest_and_the_manifest_its_icons(browser, counter):
    assert f'<link rel="manifest" href="{address("app.webmanifest")}">' in browser().get("/login").text
    answered = counter.client.get(address("app.webmanifest"))
    assert answered.headers["content-type"] == "application/manifest+json"
    sheet = answered.json()
    assert (sheet["start_url"], sheet["scope"], sheet["display"]) == ("/", "/", "standalone")
    sizes = {}
    for icon in sheet["icons"]:
        picture = counter.client.get(f"/static/{icon['src']}")
        assert picture.headers["content-type"] == icon["type"]
        if icon["type"] == "image/png":
            sizes[icon["sizes"]] = struct.unpack(">II", picture.content[16:24])
    assert sizes == {"192x192": (192, 192), "512x512": (512, 512)}


def test_no_script_keeps_pages_for_a_time_without_connection(counter):
    scripts = [
        counter.client.get(address(name)).text for name in ("house.js", "board.js", "case.js", "sign.js")
    ]
    assert [text for text in scripts if "serviceWorker" in text or "caches." in text] == []
