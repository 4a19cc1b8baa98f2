"""The harness itself: what a page must not do is seen."""

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import Watch
from tests.browser.site import Site

MISDEEDS = {
    "alert(1)": "dialog: 1",
    "console.error('oops')": "console: oops",
    "setTimeout(() => { throw new Error('thrown') })": "script: thrown",
    "document.body.append(Object.assign(document.createElement('script'), {text: 'x = 1'}))": "Content Security Policy",
    "document.body.append(Object.assign(document.createElement('p'), {innerHTML: '<b style=color:red>'}))": (
        "Content Security Policy"
    ),
    "document.body.append(Object.assign(new Image(), {src: 'http://192.0.2.1/x.png'}))": "Content Security Policy",
}


@pytest.mark.parametrize(("deed", "told"), MISDEEDS.items())
def test_what_a_page_must_not_do_is_seen(site: Site, browser: Browser, deed: str, told: str) -> None:
    context = browser.new_context()
    watch = Watch(context, site.origin)
    page = context.new_page()
    page.goto(site.url("/login"))
    assert watch.faults == []
    page.evaluate(f"() => {{ {deed} }}")
    page.wait_for_timeout(200)
    context.close()
    assert any(told in fault for fault in watch.faults), watch.faults


def test_a_request_to_another_origin_is_seen(site: Site, browser: Browser) -> None:
    context = browser.new_context(bypass_csp=True)
    watch = Watch(context, site.origin)
    page = context.new_page()
    page.goto(site.url("/login"))
    page.evaluate("() => fetch('http://127.0.0.1:9/x').catch(() => 0)")
    context.close()
    assert any(fault == "request: http://127.0.0.1:9/x" for fault in watch.faults)
