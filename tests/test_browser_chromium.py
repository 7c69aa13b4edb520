"""mobproc login --browser with a real browser: headless Chromium at the simulated sign-in page."""
import re
import time
import unittest

from fixtures import chromium
from fixtures.browsercase import BrowserCase
from fixtures.chromium import Chromium
from fixtures.house import PASSWORD
from fixtures.signin import Waiting


@unittest.skipIf(chromium.MISSING, chromium.MISSING)
class InChromium(BrowserCase):
    """Each test has a house and a browser that was never used before."""

    def begin(self, flow="code", *arguments):
        house = self.house({"browser_flow": flow})
        browser = Chromium(house.directory / "chromium", house.ping.certificates.pair("good")[0])
        browser.__enter__()
        self.addCleanup(browser.__exit__)
        waiting = Waiting(house, *arguments).__enter__()
        self.addCleanup(waiting.__exit__)
        browser.open(waiting.address)
        return house, browser, waiting

    def sign_in(self, browser, name, button="sign-on"):
        browser.fill("username", name)
        browser.fill("password", PASSWORD)
        browser.click(button)

    def style(self, browser):
        """The colour of the heading: it is there only if the policy lets the style in."""
        return browser.run("return getComputedStyle(document.querySelector('h1')).color")

    GOOD, BAD = "rgb(26, 127, 55)", "rgb(180, 35, 24)"

    def test_a_person_signs_in_with_a_code(self):
        house, browser, waiting = self.begin()
        self.sign_in(browser, "command://" + house.me)
        text = browser.wait_text("You are signed in")
        self.assertIn("You can close this window", text)
        self.assertIn("account tangoe", text)
        self.assertEqual((self.style(browser), browser.title),
                         (self.GOOD, "You are signed in - mobproc"))
        self.assertEqual(waiting.end()[0], 0)
        self.assertEqual(self.token(house), next(iter(house.ping.state._access)))

    def test_a_person_signs_in_with_a_fragment_and_it_is_cleared(self):
        house, browser, waiting = self.begin("implicit")
        self.sign_in(browser, "command://" + house.me)
        text = browser.wait_text("You are signed in")
        self.assertIn("sign in again at", text)
        token = self.token(house)
        self.assertEqual(browser.url, "http://127.0.0.1:%d/callback" % waiting.port)
        self.assertNotIn(token, browser.run("return document.documentElement.outerHTML"))
        self.assertEqual((self.style(browser), browser.title),
                         (self.GOOD, "You are signed in - mobproc"))
        self.assertEqual(waiting.end()[0], 0)
        # nobody listens any more, and going back does not bring the fragment back
        browser.run("history.back()")
        time.sleep(0.5)
        self.assertNotIn(token, browser.url)

    def test_a_wrong_password_can_be_corrected(self):
        house, browser, waiting = self.begin()
        browser.fill("username", "command://" + house.me)
        browser.fill("password", "wrong")
        browser.click("sign-on")
        browser.wait_text("recognize")
        self.sign_in(browser, "command://" + house.me)
        browser.wait_text("You are signed in")
        self.assertEqual(waiting.end()[0], 0)

    def refused(self, flow, words, exit_code, name=None, button="sign-on", alter=None):
        house, browser, waiting = self.begin(flow)
        house.ping.sign_in.alter = alter
        self.sign_in(browser, name or "command://" + house.me, button)
        text = browser.wait_text("You are not signed in")
        self.assertIn(words, text)
        self.assertIn("Nothing was stored for the account tangoe", text)
        self.assertEqual((self.style(browser), browser.title),
                         (self.BAD, "You are not signed in - mobproc"))
        self.assertEqual(waiting.end()[0], exit_code)
        self.assert_nothing(house)

    def test_a_refusal_is_shown(self):
        for flow in ("code", "implicit"):
            with self.subTest(flow):
                self.refused(flow, "access_denied: User denied access", 4, button="cancel")

    def test_a_wrong_state_is_refused_and_the_right_one_may_still_come(self):
        for flow in ("code", "implicit"):
            with self.subTest(flow):
                house, browser, waiting = self.begin(flow)
                page = browser.url
                house.ping.sign_in.alter = lambda found: dict(found, state="A" * 43)
                self.sign_in(browser, "command://" + house.me)
                self.assertIn("wrong state", browser.wait_text("belongs to another sign-in"))
                self.assertEqual(self.style(browser), self.BAD)
                house.ping.sign_in.alter = None
                browser.open(page)
                self.sign_in(browser, "command://" + house.me)
                browser.wait_text("You are signed in")
                self.assertEqual(waiting.end()[0], 0)

    def test_another_users_token_is_refused(self):
        for flow in ("code", "implicit"):
            with self.subTest(flow):
                self.refused(flow, "somebody who may not use this account", 4,
                             name="command://bob")

    def test_the_words_of_a_server_run_nothing(self):
        evil = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
        for flow in ("code", "implicit"):
            with self.subTest(flow):
                self.refused(flow, evil, 4, alter=lambda found: {
                    "error": "access_denied", "error_description": evil, "state": found["state"]})

    def test_a_page_that_never_comes_back(self):
        _, browser, waiting = self.begin("code", "--timeout", "2")
        browser.wait_text("Sign On")
        code, words = waiting.end()
        self.assertEqual(code, 5)
        self.assertIn("no answer within 2 seconds", words)

    def test_a_page_of_another_site_can_do_nothing(self):
        """It knows the port, and has a browser of the right person to send requests with."""
        house, browser, waiting = self.begin("implicit")
        browser.open(house.ping.base + "/elsewhere")
        target = "http://127.0.0.1:%d" % waiting.port
        browser.run("""
            fetch('%s/token', {method: 'POST', mode: 'no-cors', body: 'access_token=x&token_type=Bearer&state=y',
                  headers: {'Content-Type': 'application/x-www-form-urlencoded'}}).catch(() => 0);
            new Image().src = '%s/callback?error=x&state=y';
            const frame = document.createElement('iframe');
            frame.src = '%s/callback?error=x&state=y';
            document.documentElement.append(frame);""" % (target, target, target))
        time.sleep(1)
        self.assertIsNone(waiting.process.poll(), waiting.words)
        self.assertNotIn("step=finish", house.log_text())

    def contrast(self, browser, element):
        """WCAG 2.1, 1.4.3: of the element's text and what is behind it."""
        def luminance(colour):
            parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
            parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
                     for part in parts]
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

        colours = [browser.run("return getComputedStyle(document.querySelector('%s')).%s" % pair)
                   for pair in ((element, "color"), ("main", "backgroundColor"))]
        lighter, darker = sorted(map(luminance, colours), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    def test_the_page_can_be_read_in_light_and_dark_and_without_eyes(self):
        house, browser, waiting = self.begin()
        self.sign_in(browser, "command://" + house.me)
        browser.wait_text("You are signed in")
        self.assertEqual(browser.run("return document.documentElement.lang"), "en")
        self.assertEqual(browser.run("return document.querySelectorAll('main h1').length"), 1)
        self.assertEqual(browser.run("return document.querySelector('main').getAttribute('role')"),
                         "status")
        for scheme in ("light", "dark"):
            browser.prefer(scheme)
            for element in ("h1", "p"):
                self.assertGreaterEqual(self.contrast(browser, element), 4.5, (scheme, element))
        self.assertEqual(waiting.end()[0], 0)


if __name__ == "__main__":
    unittest.main()
