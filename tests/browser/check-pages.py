#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Open the HTML page and the SVG picture of a recording in a real browser and use them.

usage: check-pages.py PAGE.html PICTURE.svg PROFILE-FOLDER [SCREENSHOT-FOLDER]
Prints TAP. What the pages must show follows from tests/support/report-fixture.c.
"""
import os
import sys

from devtools import Browser
from tap import Tap

ESCAPE, ENTER, BACKSPACE, UP = 27, 13, 8, 38
CONTROL = 2


def text(browser, ident):
    return browser.run(f"document.getElementById('{ident}').textContent")


def stage(browser):
    return browser.run("(() => { const r = document.getElementById('stage')"
                       ".getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()")


def at(browser, row, share):
    """The middle of a row of the flame graph, rows counted from the root at the bottom."""
    left, top, width, height = stage(browser)
    return left + width * share, top + height - 19 * row - 9


def functions(browser):
    return browser.run("Array.from(document.querySelectorAll('#rows tr'), "
                       "(r) => Array.from(r.cells, (c) => c.textContent))")


def check_page(tap, b, url, shots):
    b.open(url)
    tap.check("page: no errors", b.errors, [])
    tap.check("page: asks for nothing but itself", b.requests, [url])
    tap.check("page: title", text(b, "title"), "perf-xen record web")
    tap.check("page: no name ran as a script", b.run("typeof window.x"), "undefined")
    tap.check("page: sums", text(b, "subtitle"), "vcpu-clock  ·  20 samples  ·  20.1 ms")
    tap.check("page: something is drawn", b.run(
        "(() => { const c = document.getElementById('canvas'); return new Uint32Array("
        "c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)"
        ".filter((p) => p !== 0).length > c.width * 19; })()"), True)
    shots("page")

    rows = functions(b)
    tap.check("page: functions by self", rows[0],
              ["30.0 %", "45.0 %", "do_idle", "[kernel.kallsyms]"])
    b.run("document.querySelector('th button[data-sort=total]').click()")
    tap.check("page: functions by total", [r[1] for r in functions(b)[:3]],
              ["45.0 %", "35.0 %", "30.0 %"])

    # All rows above the root are the tasks; nginx has the most, left of the middle.
    b.hover(*at(b, 1, 0.3))
    tap.check("page: hovering tells", b.run("document.querySelector('#tip b').textContent"),
              "nginx: worker")
    tap.check("page: hovering tells figures", "45.0 %" in text(b, "tip"), True)
    b.click(*at(b, 1, 0.3))
    tap.check("page: clicking zooms", text(b, "path"), "allnginx: worker")
    tap.check("page: the zoom is in the address", b.run("location.hash").startswith("#zoom="),
              True)
    shots("zoom")

    b.press("/")
    b.type("PUT")
    tap.check("page: search finds its share", text(b, "matched"), "Matched 30.0 %")
    tap.check("page: search narrows the table", [r[2] for r in functions(b)],
              ["web::cache<int>::put"])
    tap.check("page: the search is in the address", "search=PUT" in b.run("location.hash"), True)
    b.run("document.getElementById('case').click()")
    tap.check("page: search may match case", text(b, "matched"), "Matched 0 %")
    address = b.run("location.hash")
    shots("search")
    b.press("Escape", ESCAPE)
    tap.check("page: Escape shows everything", [text(b, "matched"), b.run("location.hash")],
              ["", "#case=1"])

    b.run(f"location.hash = {address!r}")
    b.settle()
    tap.check("page: an address leads back", [text(b, "path"), b.run(
        "document.getElementById('search').value")], ["allnginx: worker", "PUT"])
    b.run("location.hash = ''")
    b.settle()

    b.run("document.querySelectorAll('#cpus button')[0].click()")
    tap.check("page: filter by CPU", text(b, "subtitle"),
              "vcpu-clock  ·  12 samples  ·  12.0 ms")
    b.run("Array.from(document.querySelectorAll('#comms button'))"
          ".find((e) => e.textContent.startsWith('nginx')).click()")
    tap.check("page: and by task", text(b, "subtitle"), "vcpu-clock  ·  6 samples  ·  6.02 ms")
    b.run("location.hash = ''")
    b.settle()

    b.run("document.getElementById('event').value = 1;"
          "document.getElementById('event').dispatchEvent(new Event('change'))")
    tap.check("page: another event", text(b, "subtitle"),
              "xen-ring:wait  ·  2 samples  ·  54.4 µs")
    b.run("location.hash = ''")
    b.settle()

    b.run("Array.from(document.querySelectorAll('#rows button'))"
          ".find((e) => e.textContent === 'xennet_poll').click()")
    tap.check("page: who calls a function", b.run(
        "Array.from(document.querySelectorAll('#callers .label'), (e) => e.textContent)"),
        ["net_rx_action"])
    shots("function")
    b.press("Escape", ESCAPE)

    tap.check("page: trust", "996.5 of 997 Hz" in text(b, "trust") and
              "90.91 %" in text(b, "trust"), True)

    b.run("document.getElementById('stage').focus()")
    b.press("ArrowUp", UP)
    b.press("ArrowUp", UP)
    b.press("Enter", ENTER)
    tap.check("page: the keyboard moves and zooms", text(b, "path"), "allnginx: workermain")
    b.press("Backspace", BACKSPACE)
    tap.check("page: and back", text(b, "path"), "allnginx: worker")
    b.press("Escape", ESCAPE)
    b.press("f", 70, CONTROL)
    tap.check("page: Ctrl-F searches", b.run("document.activeElement.id"), "search")
    b.press("Escape", ESCAPE)
    b.press("i")
    tap.check("page: icicle", text(b, "direction"), "Icicle")
    b.press("d")
    shots("dark")
    b.resize(400, 800)
    b.settle()
    tap.check("page: a narrow window has no sideways scrolling",
              b.run("document.documentElement.scrollWidth"), 400)
    shots("narrow")
    tap.check("page: still no errors", b.errors, [])


def frame(browser, name):
    """The first visible box with a name: x, width, text and whether it matches."""
    return browser.run(
        "(() => { const g = Array.from(document.querySelectorAll('#frames > g')).find((g) => "
        f"g.querySelector('title').textContent.startsWith({name + ' ('!r}) && "
        "g.getAttribute('display') !== 'none'); if (!g) return null; "
        "const r = g.querySelector('rect'); return [Number(r.getAttribute('x')), "
        "Number(r.getAttribute('width')), g.querySelector('text').textContent, "
        "g.classList.contains('match')]; })()")


def click_frame(browser, name):
    browser.run(
        "Array.from(document.querySelectorAll('#frames > g')).find((g) => "
        f"g.querySelector('title').textContent.startsWith({name + ' ('!r}))"
        ".querySelector('rect').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    browser.settle()


def check_picture(tap, b, url, shots):
    b.resize(1280, 900)
    b.open(url)
    tap.check("picture: no errors", b.errors, [])
    tap.check("picture: asks for nothing but itself", b.requests, [url])
    x, width, label, _ = frame(b, "nginx: worker")
    tap.check("picture: 45 % are 45 % wide", [round(width), label], [531, "nginx: worker"])
    shots("picture")
    b.hover(x + 10, b.run("Array.from(document.querySelectorAll('#frames rect')).find((r) => "
                          f"Math.abs(r.getAttribute('x') - {x}) < 0.01)"
                          ".getBoundingClientRect().top + 5"))
    tap.check("picture: hovering tells", "(" in text(b, "details"), True)
    click_frame(b, "nginx: worker")
    tap.check("picture: clicking zooms", [frame(b, "nginx: worker")[:2], frame(b, "web/vcpu0")],
              [[10, 1180], None])
    tap.check("picture: callers stay", frame(b, "all")[:2], [10, 1180])
    b.run("window.prompt = () => 'PUT'")
    b.press("f", 70, CONTROL)
    tap.check("picture: search finds its share", text(b, "matched"), "Matched: 30.0%")
    tap.check("picture: and marks it", frame(b, "web::cache<int>::put")[3], True)
    address = b.run("location.hash")
    shots("picture-search")
    b.press("Escape", ESCAPE)
    tap.check("picture: Escape shows everything",
              [text(b, "matched"), round(frame(b, "web/vcpu0")[1])], [" ", 354])
    b.open("about:blank")
    b.open(url + address)
    tap.check("picture: an address leads back",
              [text(b, "matched"), frame(b, "nginx: worker")[1]], ["Matched: 30.0%", 1180])
    tap.check("picture: still no errors", b.errors, [])


def main():
    page, picture, profile = sys.argv[1:4]
    folder = sys.argv[4] if len(sys.argv) > 4 else None
    tap = Tap()
    browser = Browser(profile)

    def shots(name):
        if folder:
            browser.screenshot(os.path.join(folder, name + ".png"))

    try:
        check_page(tap, browser, "file://" + os.path.abspath(page), shots)
        check_picture(tap, browser, "file://" + os.path.abspath(picture), shots)
    finally:
        browser.close()
    return tap.finish()


sys.exit(main())
