#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Open the page of a doctor's report in a real browser.

usage: check-doctor.py PAGE.html PROFILE-FOLDER [SCREENSHOT-FOLDER]
Prints TAP. What the page must show follows from tests/support/doctor-fixture.c.
"""
import os
import sys

from devtools import Browser
from tap import Tap

HOSTILE = "\ufffd[31m</pre><b>\"&'"


def texts(browser, selector):
    return browser.run(
        f"Array.from(document.querySelectorAll({selector!r}), (e) => e.textContent.trim())")


def style(browser, selector, name):
    return browser.run(
        f"getComputedStyle(document.querySelector({selector!r})).getPropertyValue({name!r})")


def media(browser, **features):
    browser.call("Emulation.setEmulatedMedia", media=features.pop("media", ""),
                 features=[{"name": name.replace("_", "-"), "value": value}
                           for name, value in features.items()])
    browser.settle()


def check_content(tap, b, url):
    tap.check("no errors", b.errors, [])
    tap.check("asks for nothing but itself", b.requests, [url])
    tap.check("no script is in it", b.run("document.scripts.length"), 0)
    tap.check("headline", texts(b, ".verdict h2"),
              ["Fault: console out: nobody reads (W), and 1 more"])
    tap.check("who must act", texts(b, ".verdict dd.who"), ["the back end"])
    tap.check("commands stand out", texts(b, ".verdict code"), ["ps ax | grep xenconsoled"])
    tap.check("the conclusion comes first",
              b.run("document.querySelector('.verdict').getBoundingClientRect().top < 100"), True)
    tap.check("other findings", texts(b, "section:nth-of-type(1) h3"),
              ["FAULT vif 0 tx: the back end holds requests", "waits vif 0 rx: near wrap"])
    tap.check("rings", texts(b, "section:nth-of-type(4) tbody td:first-child"),
              ["vif 0 tx", "vif 0 rx", "console out"])
    tap.check("what is not known is called so",
              texts(b, "section:nth-of-type(4) tbody tr:first-child td:nth-child(6)"),
              ["unknown"])
    tap.check("a name stays a name", HOSTILE in b.run("document.body.textContent"), True)
    tap.check("and is no element", b.run("document.querySelectorAll('b').length"), 0)


def check_looks(tap, b, shots):
    shots("light")
    light = style(b, "body", "background-color")
    media(b, prefers_color_scheme="dark")
    shots("dark")
    tap.check("a dark page where that is preferred",
              style(b, "body", "background-color") != light, True)
    media(b)
    b.resize(400, 800)
    b.settle()
    shots("narrow")
    tap.check("a narrow window has no sideways scrolling",
              b.run("document.documentElement.scrollWidth"), 400)
    b.resize(1180, 900)
    media(b, media="print")
    shots("print")
    tap.check("paper is white", style(b, "body", "background-color"), "rgb(255, 255, 255)")
    tap.check("and shows all of a stack", style(b, "pre", "white-space"), "pre-wrap")
    tap.check("still no errors", b.errors, [])


def main():
    page, profile = sys.argv[1:3]
    folder = sys.argv[3] if len(sys.argv) > 3 else None
    tap = Tap()
    browser = Browser(profile)
    url = "file://" + os.path.abspath(page)

    def shots(name):
        if folder:
            browser.screenshot(os.path.join(folder, "doctor-" + name + ".png"))

    try:
        browser.resize(1180, 900)
        browser.open(url)
        check_content(tap, browser, url)
        check_looks(tap, browser, shots)
    finally:
        browser.close()
    return tap.finish()


sys.exit(main())
