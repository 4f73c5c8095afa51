"""The kit itself: a browser's voice reaches another peer connection, and the ears tell pitches apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from . import chrome
from .people import Person

pytestmark = pytest.mark.browser

_CALL = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const [one, two] = [new RTCPeerConnection(), new RTCPeerConnection()];
  one.onicecandidate = (event) => two.addIceCandidate(event.candidate);
  two.onicecandidate = (event) => one.addIceCandidate(event.candidate);
  two.addEventListener('track', (event) => {
    document.querySelector('audio').srcObject = new MediaStream([event.track]);
  });
  const alaw = RTCRtpSender.getCapabilities('audio').codecs.filter((codec) => codec.mimeType === 'audio/PCMA');
  one.addTransceiver(stream.getTracks()[0]).setCodecPreferences(alaw);
  await one.setLocalDescription();
  await two.setRemoteDescription(one.localDescription);
  await two.setLocalDescription();
  await one.setRemoteDescription(two.localDescription);
  window.microphone = stream.getTracks()[0];
}"""


async def test_a_voice_is_heard_by_its_pitch_and_not_when_muted(tmp_path: Path) -> None:
    """620 Hz spoken over A-law is heard as 620 Hz and nothing else, also after noise suppression has settled."""
    async with async_playwright() as playwright:
        browser = await chrome.launch(playwright, chrome.voice(tmp_path / "620.wav", 620))
        context = await chrome.context(browser)
        page = await context.new_page()
        await page.route("**/*", lambda route: route.fulfill(body="<audio autoplay></audio>", content_type="text/html"))
        listener = Person("test", context, page, "https://ears.test")
        await listener.go("/")
        await page.evaluate(_CALL)
        await listener.hears(620)
        await listener.listens(5)
        await listener.hears(620)
        assert await page.evaluate("window.__ears.share(440)") < 0.05
        figures = await listener.figures()
        assert figures["received"] > 100
        assert figures["heard"] > 0.01
        await page.evaluate("window.microphone.enabled = false")
        await listener.hears_no(620)
        await browser.close()
