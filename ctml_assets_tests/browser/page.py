"""What a person does with a page: open, read, click, type."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    NoSuchElementException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

Found = TypeVar("Found")

_PATIENCE_SECONDS = 30
_REDRAWN = (
    NoSuchElementException,
    StaleElementReferenceException,
    ElementClickInterceptedException,
)
_DIALOG = "//*[contains(@class, 'dagster-dialog')]"
# Rows of the outermost tables: first cell, and the last one that holds anything.
_TABLE_ROWS = """
const tables = [...document.querySelectorAll('table')];
const outer = tables.filter(table => !table.parentElement.closest('table'));
const rows = outer.flatMap(t => [...t.rows]).map(r => [...r.cells].map(c => c.innerText.trim()));
return rows.filter(r => r.length > 1).map(r => [r[0], r.slice(1).filter(c => c).at(-1) ?? '']);
"""


@dataclass(frozen=True)
class Page:
    """One browser tab on one server."""

    driver: webdriver.Chrome
    url: str

    def open(self, path: str) -> None:
        """Go to a path of the server."""
        self.driver.get(self.url + path)

    def text(self) -> str:
        """Return all visible text, white space made single blanks."""
        return " ".join(self.driver.find_element(By.TAG_NAME, "body").text.split())

    def lines(self) -> list[str]:
        """Return all visible text, line by line."""
        return [it.strip() for it in self.driver.find_element(By.TAG_NAME, "body").text.split("\n")]

    def shows(self, *texts: str) -> None:
        """Wait until all of these are to be read."""
        self.until(
            lambda: all(text in self.text() for text in texts),
            lambda: f"{[text for text in texts if text not in self.text()]} on the page",
        )

    def table(self, *keys: str) -> dict[str, str]:
        """Wait until the page's tables have rows with these keys; return all rows by key."""

        def rows() -> dict[str, str] | None:
            found = dict(self.driver.execute_script(_TABLE_ROWS))
            return found if set(keys) <= set(found) else None

        return self.until(rows, lambda: f"rows {keys} in the tables")

    def click(self, xpath: str) -> None:
        """Click the first element that matches."""
        self.until(lambda: self._click(xpath), lambda: f"{xpath} to click")

    def click_button(self, text: str) -> None:
        """Click the enabled button whose text begins so."""
        self.click(f"//button[not(@disabled)][starts-with(normalize-space(.), '{text}')]")

    def choose(self, label: str, *, add: bool) -> None:
        """Click something in the lineage graph; hold shift to add it to what is chosen."""
        node = self.until(
            lambda: self.driver.find_element(By.XPATH, f"//*[text()='{label}']"),
            lambda: f"{label} in the graph",
        )
        actions = ActionChains(self.driver)
        if add:
            actions.key_down(Keys.SHIFT)
        actions.move_to_element(node).click()
        if add:
            actions.key_up(Keys.SHIFT)
        actions.perform()

    def fill_in(self, text: str) -> None:
        """Replace the text of the dialog's first field."""
        xpath = f"{_DIALOG}//input[@type='text']"
        self.click(xpath)
        field = self.driver.find_element(By.XPATH, xpath)
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text, Keys.ENTER)

    def dialog_shows(self, *texts: str) -> None:
        """Wait until all of these are to be read in a dialog."""

        def told() -> str:
            return " ".join(self.driver.find_element(By.XPATH, _DIALOG).text.split())

        self.until(
            lambda: all(text in told() for text in texts),
            lambda: f"{texts} in a dialog",
        )

    def until(self, look: Callable[[], Found | None], wanted: Callable[[], str]) -> Found:
        """Look again until something is found; a page may be redrawn meanwhile."""
        wait = WebDriverWait(self.driver, _PATIENCE_SECONDS, 0.2, ignored_exceptions=_REDRAWN)
        try:
            found = wait.until(lambda _: look())
        except TimeoutException:
            raise AssertionError(
                f"waited {_PATIENCE_SECONDS} s for {wanted()} at {self.driver.current_url}:\n"
                f"{self.text()}"
            ) from None
        assert found is not None
        return found

    def severe_messages(self) -> list[str]:
        """Return what the console has called severe since the last time it was asked."""
        entries: list[dict[str, Any]] = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def keep_picture(self, folder: Path) -> Path:
        """Write what is to be seen as ``page.png``."""
        file = folder / "page.png"
        self.driver.save_screenshot(str(file))
        return file

    def _click(self, xpath: str) -> WebElement | None:
        for element in self.driver.find_elements(By.XPATH, xpath):
            if element.is_displayed():
                element.click()
                return element
        return None
