# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium for the tests, driven through chromedriver (Debian: chromium-driver,
python3-selenium). Every wait is for a condition and ends after LIMIT seconds with a screenshot."""
import os
import sys

from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

LIMIT = 30


class Browser:
    """Names are found at the address `at`, whatever they are; certificates are not judged here."""

    def __init__(self, at, shots):
        self.shots = shots
        os.makedirs(shots, exist_ok=True)
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        options.set_capability("acceptInsecureCerts", True)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                     "--disable-background-networking", "--window-size=1280,900",
                     f"--host-resolver-rules=MAP * {at}"):
            options.add_argument(flag)
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            if value is not None:
                self.shot("failed")
                print(self.driver.current_url, file=sys.stderr)
            self.tell_violations(value is None)
        finally:
            self.driver.quit()

    def tell_violations(self, fatal):
        """What the content-security policy forbade fails the test."""
        lines = [x["message"] for x in self.driver.get_log("browser")
                 if "Content Security Policy" in x["message"]]
        for line in lines:
            print(line, file=sys.stderr)
        if lines and fatal:
            raise AssertionError("the content-security policy forbade something")

    def shot(self, name):
        self.driver.save_screenshot(os.path.join(self.shots, name + ".png"))

    def open(self, url):
        self.driver.get(url)

    def until(self, what, condition):
        """Wait until condition() is neither false nor an exception; what is for the message."""
        try:
            return WebDriverWait(self.driver, LIMIT, poll_frequency=0.1,
                                 ignored_exceptions=(Exception,)).until(lambda _: condition())
        except TimeoutException:
            raise AssertionError(f"not within {LIMIT} s: {what}") from None

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css):
        """The first visible element."""
        return self.until(css, lambda: next(x for x in self.all(css) if x.is_displayed()))

    def click(self, css):
        self.until("click " + css, lambda: self.one(css).click() or True)

    def fill(self, css, text):
        x = self.one(css)
        x.clear()
        x.send_keys(text)

    def choose(self, css, value):
        """An option of a select, which may be hidden behind a menu of the page's own."""
        self.driver.execute_script(
            "arguments[0].value = arguments[1];"
            "arguments[0].dispatchEvent(new Event('change', {bubbles: true}));",
            self.until(css, lambda: self.all(css)[0]), value)

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def says(self, text):
        self.until(f"the page says {text!r}", lambda: text in self.text())

    def frame(self, css):
        self.until("frame " + css, lambda: self.driver.switch_to.frame(self.all(css)[0]) or True)

    def top(self):
        self.driver.switch_to.default_content()
