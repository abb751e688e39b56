"""The web chat in a real browser: whole conversations, the keyboard alone, no script, a restart, and who sees what.

With MOTCUA_PICTURES=1 the pictures of `docs/pictures` are taken anew.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect, sync_playwright

from bot.channels.web.limits import Rate
from bot.demo import SAMPLE_CODE
from handlers.texts import words
from tests.e2e.web_site import ARGUMENTS, Site, chromium

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SECONDS = 15.0
ALL_BYTES = 120_000
TARGET_PX = 44  # WCAG 2.1, 2.5.5
CONTRAST = 4.5  # WCAG 2.1, 1.4.3
QUESTION = "xin giay phep xay dung moi mat bao lau"
TITLE = "Cấp giấy phép xây dựng mới"
VI, EN = words("vi"), words("en")

expect.set_options(timeout=SECONDS * 1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("NO BROWSER: install Chromium or name it in $CHROMIUM; the web chat is not tested in one")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    served = Site(tmp_path_factory.mktemp("site"))
    served.start()
    yield served
    served.stop()


@dataclass
class Visitor:
    """Somebody with a browser of their own at the page."""

    site: Site
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self._notes(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._requests(request.url))

    def _notes(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def _requests(self, url: str) -> None:
        if not url.startswith(f"http://127.0.0.1:{self.site.port}/chat"):
            self.complaints.append(f"asked {url}")

    def opens(self, query: str = "") -> Visitor:
        """Open the page and wait for what the bot says first."""
        self.page.goto(self.site.address + query)
        expect(self.replies.first).to_be_visible()
        return self

    @property
    def replies(self) -> Locator:
        return self.page.locator(".reply")

    @property
    def last(self) -> Locator:
        return self.replies.last

    def says(self, text: str, answer: str | re.Pattern[str]) -> Visitor:
        """Type and send a message and wait for an answer that says this."""
        before = self.replies.count()
        self.page.locator("#text").fill(text)
        self.page.keyboard.press("Enter")
        return self.hears(before, answer)

    def taps(self, label: str, answer: str | re.Pattern[str]) -> Visitor:
        """Tap a button of the last message and wait for an answer that says this."""
        before = self.replies.count()
        self.last.get_by_role("button", name=label, exact=True).click()
        return self.hears(before, answer)

    def hears(self, before: int, answer: str | re.Pattern[str]) -> Visitor:
        expect(self.replies.nth(before)).to_be_visible()
        expect(self.last).to_contain_text(answer)
        return self

    def order(self) -> list[str]:
        """Tell who said what, as it stands on the page."""
        boxes = self.page.locator(".message").all()
        return [text.replace("\n", " ").strip() for text in (box.inner_text() for box in boxes)]

    def pictured(self, name: str) -> None:
        """Take a picture for the documents, once everything stands still."""
        if os.environ.get("MOTCUA_PICTURES") == "1":
            self.page.wait_for_timeout(600)
            PICTURES.mkdir(exist_ok=True)
            self.page.screenshot(path=PICTURES / f"{name}.png")


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Any]:
    """Let somebody come with a browser of their own; whatever it complains of fails the test."""
    visitors: list[Visitor] = []

    def come(to: Site = site, **of_context: Any) -> Visitor:
        given = {"viewport": PHONE, "locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", **of_context}
        visitors.append(Visitor(to, browser.new_context(**given)))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
        assert visitor.complaints == []


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_whole_conversation(visit: Any, viewport: dict[str, int]) -> None:
    is_phone = viewport == PHONE
    anna = visit(viewport=viewport, device_scale_factor=2 if is_phone else 1).opens()
    expect(anna.page.get_by_role("banner")).to_contain_text(VI.plain("web.notice"))
    expect(anna.last).to_contain_text("trợ lý tự động")
    anna.says(QUESTION, TITLE)
    if is_phone:
        anna.pictured("chat-phone")
    anna.taps(VI.plain("aspect.fee"), VI.plain("aspect.fee")).taps(VI.plain("aspect.time"), "30 ngày")
    anna.says(SAMPLE_CODE, "đã trả kết quả")
    if not is_phone:
        anna.pictured("chat-desktop")
    anna.says("gửi phản ánh kiến nghị", VI("feedback.content").striptags()[:20])
    anna.says("Mẫu đơn đề nghị còn dài, xin rút bớt phần đã có trong hồ sơ cũ.", "2/4")
    anna.says("Nguyễn Thị Ánh", "3/4")
    anna.says("Lô 7, KCN Thử Nghiệm", "4/4")
    anna.says("0912 345 678", "Nguyễn Thị Ánh")
    anna.taps(VI.plain("button.send"), re.compile(r"[Ss]ố biên nhận.*\d"))
    assert len(anna.order()) == 1 + 2 * 10


def test_the_keyboard_alone_is_enough(visit: Any) -> None:
    anna = visit(viewport=DESKTOP).opens()
    page = anna.page
    seen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        seen.append(focused.inner_text().strip() or focused.get_attribute("id") or "")
        width = focused.evaluate("node => parseFloat(getComputedStyle(node).outlineWidth)")
        assert width >= 2, f"the focus on {seen[-1]!r} cannot be seen"
        if seen[-1] == VI.plain("button.lookup"):
            break
    assert seen[0] == VI.plain("web.skip")
    assert seen[-1] == VI.plain("button.lookup")
    page.keyboard.press("Enter")
    expect(anna.replies).to_have_count(2)
    # The focus stayed; a second press of the same button does nothing; the way on leads to the new buttons.
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text(VI.plain("button.lookup"))
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.locator(":focus").get_attribute("id") == "text":
            break
    page.keyboard.insert_text(SAMPLE_CODE)
    page.keyboard.press("Enter")
    expect(anna.replies).to_have_count(3)
    expect(anna.last).to_contain_text("đã trả kết quả")
    expect(page.locator("#text")).to_be_focused()
    # The skip link leads past everything.
    page.reload()
    expect(anna.replies).to_have_count(3)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()


def test_with_an_input_method_at_work_enter_belongs_to_it(visit: Any) -> None:
    anna = visit().opens()
    anna.page.locator("#text").fill("đang gõ")
    anna.page.locator("#text").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    anna.page.keyboard.press("Shift+Enter")
    anna.page.keyboard.type("hai")
    expect(anna.page.locator("#text")).to_have_value("đang gõ\nhai")
    expect(anna.page.locator(".own")).to_have_count(0)


def test_without_script_the_page_says_what_to_do(visit: Any) -> None:
    anna = visit(java_script_enabled=False)
    page = anna.page
    page.goto(anna.site.address)
    for say in (VI, EN):
        expect(page.locator("html")).to_have_attribute("lang", say.language)
        shown = page.get_by_role("main").inner_text()  # the assertions of Playwright pass over <noscript>
        assert say.plain("web.without_script", agency="").removesuffix(":").rstrip() in shown
        assert say.plain("board.phone_unknown") in shown
        assert "Trung tâm Phục vụ hành chính công tỉnh Tiền Giang" in shown
        expect(page.get_by_role("banner")).to_contain_text(say.plain("web.notice"))
        expect(page.locator("#text")).to_be_hidden()
        page.get_by_role("banner").get_by_role("link").click()


def test_a_restart_loses_nothing_and_doubles_nothing(browser: Browser, visit: Any, tmp_path: Path) -> None:
    own = Site(tmp_path)
    own.start()
    try:
        anna = visit(own).opens()
        anna.says("xin chào", "trợ lý tự động")
        own.stop()
        expect(anna.page.locator("#banner")).to_have_text(VI.plain("web.offline"))
        anna.page.locator("#text").fill(SAMPLE_CODE)
        anna.page.keyboard.press("Enter")
        expect(anna.page.locator(".own").last).to_contain_text(VI.plain("web.resending"))
        own.start()
        expect(anna.last).to_contain_text("đã trả kết quả")
        expect(anna.page.locator("#banner")).to_be_empty()
        expect(anna.page.locator(".own").last.locator(".state")).to_be_empty()
        before = anna.order()
        assert len(before) == len(set(before)) + 1  # the greeting was said twice, as it was asked for twice
        anna.page.reload()
        expect(anna.replies).to_have_count(3)
        assert anna.order() == before
        anna.complaints.clear()  # the browser notes each failed request while nobody listens
    finally:
        own.stop()


def test_a_reload_shows_the_conversation_as_it_was(visit: Any) -> None:
    anna = visit().opens()
    anna.says(QUESTION, TITLE).taps(VI.plain("button.menu"), VI.plain("start.menu"))
    before = anna.order()
    assert len(before) == 5
    anna.page.reload()
    expect(anna.replies).to_have_count(3)
    expect(anna.page.locator(".message")).to_have_count(5)
    assert anna.order() == before
    # A button of before still works.
    anna.replies.first.get_by_role("button", name=VI.plain("button.lookup"), exact=True).click()
    expect(anna.last).to_contain_text("mã hồ sơ")


def test_two_persons_see_nothing_of_each_other_and_two_tabs_of_one_see_the_same(visit: Any) -> None:
    anna, binh = visit().opens(), visit().opens()
    anna.says(SAMPLE_CODE, "đã trả kết quả")
    expect(binh.replies).to_have_count(1)
    assert SAMPLE_CODE not in binh.last.inner_text() or "chạy thử" in binh.last.inner_text()
    tab = Visitor(anna.site, anna.context)
    tab.opens()
    expect(tab.replies).to_have_count(2)
    anna.says("menu", VI.plain("start.menu"))
    expect(tab.replies).to_have_count(3)


def test_a_tap_counts_once_however_often_the_finger_comes_down(visit: Any) -> None:
    anna = visit().opens()
    button = anna.last.get_by_role("button", name=VI.plain("button.lookup"), exact=True)
    button.dblclick()
    expect(anna.replies).to_have_count(2)
    anna.says("menu", VI.plain("start.menu"))
    expect(anna.page.locator(".own")).to_have_count(2)
    expect(anna.replies).to_have_count(3)


def test_the_sign_that_somebody_types_goes_with_the_answer_even_if_that_comes_first(visit: Any) -> None:
    anna = visit().opens()
    typing = anna.page.locator("#typing")

    def confirmed_late(route: Route) -> None:
        answer = route.fetch()
        time.sleep(0.5)  # by then the stream has brought the reply
        route.fulfill(response=answer)

    anna.page.route("**/chat/messages", confirmed_late)
    anna.says("menu", VI.plain("start.menu"))
    anna.page.wait_for_timeout(1_500)
    expect(typing).to_be_empty()
    anna.page.unroute("**/chat/messages")
    anna.page.route("**/chat/messages", lambda route: route.fulfill(status=202, json={}))
    anna.page.locator("#text").fill("nobody answers this")
    anna.page.keyboard.press("Enter")
    expect(typing).to_have_text(VI.plain("web.typing"))


def test_markup_that_is_typed_is_shown_as_it_was_typed(visit: Any) -> None:
    anna = visit().opens()
    anna.page.on("dialog", lambda _: anna.complaints.append("a script ran"))
    typed = "<img src=x onerror=alert(1)><script>alert(2)</script> 000.00.15.H58-200617-000<b>1</b>"
    before = anna.replies.count()
    anna.page.locator("#text").fill(typed)
    anna.page.keyboard.press("Enter")
    expect(anna.replies).to_have_count(before + 1)
    expect(anna.page.locator(".bubble").last).to_have_text(typed)
    assert anna.page.locator("#log img, #log script").count() == 0


def test_the_language_of_the_conversation_is_that_of_the_page(visit: Any) -> None:
    anna = visit().opens()
    anna.page.get_by_role("banner").get_by_role("link", name="English").click()
    expect(anna.replies).to_have_count(2)
    expect(anna.page.locator("html")).to_have_attribute("lang", "en")
    expect(anna.page.get_by_role("button", name=EN.plain("web.send"), exact=True)).to_be_visible()
    expect(anna.page.get_by_role("banner")).to_contain_text(EN.plain("web.notice"))
    expect(anna.last).to_have_attribute("lang", "en")
    anna.page.reload()
    expect(anna.page.locator("html")).to_have_attribute("lang", "en")
    binh = visit().opens("?lang=en")
    expect(binh.replies).to_have_count(2)
    expect(binh.last).to_contain_text("automatic assistant")
    assert binh.page.url == binh.site.address


def test_who_types_too_fast_is_told_so_and_everything_arrives(visit: Any, tmp_path: Path) -> None:
    own = Site(tmp_path, of_session=Rate(2, 1))
    own.start()
    try:
        anna = visit(own).opens()
        for text in ("menu", "menu", "menu"):
            anna.page.locator("#text").fill(text)
            anna.page.keyboard.press("Enter")
        slow = VI.plain("web.slow", seconds="").split(".")[0]
        expect(anna.page.locator(".state", has_text=slow).first).to_be_visible()
        expect(anna.replies).to_have_count(4)
        expect(anna.page.locator(".unsent")).to_have_count(0)
        anna.complaints.clear()  # the browser notes the refused request
    finally:
        own.stop()


def test_who_ends_the_conversation_leaves_nothing_on_the_screen(visit: Any) -> None:
    anna = visit().opens()
    anna.says("menu", VI.plain("start.menu"))
    anna.page.on("dialog", lambda dialog: dialog.accept())
    anna.page.get_by_role("button", name=VI.plain("web.end"), exact=True).click()
    expect(anna.page.locator(".own")).to_have_count(0)
    expect(anna.replies).to_have_count(1)
    anna.page.reload()
    expect(anna.replies).to_have_count(1)
    expect(anna.page.locator(".own")).to_have_count(0)


# Everything that is read, with the colours that it has after all layers; everything that is pressed, with its size.
LOOK = """() => {
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const behind = (node) => {
    let layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const light = (c) => {
    const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    const [r, g, b] = c.slice(0, 3).map((v) => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const shown = (node) => node.checkVisibility() && node.getBoundingClientRect().width > 1;
  const texts = [...document.querySelectorAll("body *")].filter((node) => shown(node) &&
    [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) && node.tagName !== "NOSCRIPT");
  const contrast = texts.map((node) => {
    const ground = behind(node), ink = over(parse(getComputedStyle(node).color), ground);
    const [a, b] = [light(ground), light(ink)].sort((x, y) => y - x);
    return [node.textContent.trim().slice(0, 40), (a + .05) / (b + .05)];
  });
  const pressed = [...document.querySelectorAll("button, a[href], textarea")].filter((node) =>
    shown(node) && !node.matches(".skip") && !node.closest(".card"));
  const sizes = pressed.map((node) => [node.innerText || node.id, node.offsetWidth, node.offsetHeight]);
  return {contrast, sizes, wide: document.documentElement.scrollWidth - innerWidth};
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_and_pressed(visit: Any, scheme: str) -> None:
    anna = visit(color_scheme=scheme).opens()
    anna.says(QUESTION, TITLE).taps(VI.plain("aspect.fee"), "chưa được kiểm chứng")
    anna.page.wait_for_timeout(300)  # for what appears to have appeared
    found = anna.page.evaluate(LOOK)
    assert len(found["contrast"]) > 20
    assert [text for text, ratio in found["contrast"] if ratio < CONTRAST] == []
    assert len(found["sizes"]) > 5
    assert [size for size in found["sizes"] if min(size[1:]) < TARGET_PX - 0.5] == []


@pytest.mark.parametrize(
    "viewport", [{"width": 320, "height": 568}, {"width": 640, "height": 400}, {"width": 195, "height": 422}], ids=str
)
def test_small_and_at_200_percent_nothing_is_cut_off(visit: Any, viewport: dict[str, int]) -> None:
    anna = visit(viewport=viewport).opens()
    anna.says(QUESTION, TITLE)
    assert anna.page.evaluate(LOOK)["wide"] <= 0
    free = anna.page.evaluate(
        """() => innerHeight - ["header", "footer"].map((name) => document.querySelector(name))
            .filter((node) => getComputedStyle(node).position === "sticky")
            .reduce((sum, node) => sum + node.offsetHeight, 0)"""
    )
    assert free >= viewport["height"] * 0.4, "what sticks leaves too little for the conversation"


def test_the_page_is_built_for_readers_of_screens(visit: Any) -> None:
    page = visit().opens().page
    for landmark in ("banner", "main", "contentinfo", "navigation", "log"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("log")).to_have_accessible_name(VI.plain("web.log"))
    expect(page.get_by_role("textbox")).to_have_accessible_name(VI.plain("web.label"))
    expect(page.get_by_role("group")).to_have_accessible_name(VI.plain("web.choices"))
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    for control in page.locator("button, a, textarea").all():
        expect(control).to_have_accessible_name(re.compile(r"\w"))
    assert page.locator("img:not([alt])").count() == 0


def test_who_wants_no_motion_gets_none(visit: Any) -> None:
    still, moved = visit(reduced_motion="reduce").opens(), visit(reduced_motion="no-preference").opens()
    name = "node => getComputedStyle(node).animationName"
    assert still.last.evaluate(name) == "none"
    assert moved.last.evaluate(name) == "appear"


def test_the_page_is_light(visit: Any) -> None:
    anna = visit()
    paints, weights = [], []
    for _ in range(8):
        anna.opens()
        paints.append(anna.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        weights.append(
            anna.page.evaluate(
                """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
                    .reduce((sum, entry) => sum + entry.transferSize, 0)"""
            )
        )
    print(f"first paint {paints} ms, {max(weights)} bytes")  # shown by pytest -s: a busy machine must not fail a test
    assert 5_000 < max(weights) < ALL_BYTES
