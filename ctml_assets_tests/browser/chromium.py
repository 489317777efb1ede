"""Headless Chromium."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--window-size=1920,1400",
    # The pages speak with the loopback only; so does the browser.
    "--no-proxy-server",
    "--disable-background-networking",
)


def installed_chromium() -> tuple[str, str]:
    """Return the paths of the browser and of its driver; skip, or fail in CI, without them."""
    browser = next((path for name in _NAMES if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    missing = "chromedriver" if browser else "chromium"
    text = f"{missing} is not on PATH; apt-get install chromium chromium-driver"
    if os.environ.get("CI"):
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


@contextmanager
def open_chromium(browser: str, driver: str) -> Iterator[webdriver.Chrome]:
    """Start it, and stop it at the end."""
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=Service(driver))
    try:
        opened.set_page_load_timeout(60)
        yield opened
    finally:
        opened.quit()
