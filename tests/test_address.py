import urllib.parse

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.errors import SettingError
from recorder.fetch.address import parse_base_url

PUFFLE = parse_base_url("https://app.puffle.ai/", source="acme")


@given(st.text(min_size=1))
@settings(max_examples=300)
def test_every_id_decodes_to_itself(run_id: str) -> None:
    """A run's target holds one segment that is no dot segment and decodes to the id."""
    *before, segment = PUFFLE.target(run_id).decode("ascii").split("/")
    assert before == ["", "api", "enrichment"]
    assert segment not in {"", ".", ".."}
    assert urllib.parse.unquote(segment, errors="surrogatepass") == run_id


@pytest.mark.parametrize(
    "url",
    [
        *["", "app.puffle.ai", "https://", "https:///x", "ftp://app.puffle.ai", "file:///etc"],
        *["https://app.puffle.ai?x=1", "https://app.puffle.ai/?", "https://app.puffle.ai/#"],
        *["https://user:hunter2@app.puffle.ai", "https://u:hunter2/x@host", "https://a\nb"],
        *["https://host:0", "https://host:99999", "https://host:x", "https://[::1", "https://[x]"],
        *["https://1.2.3", "https://999.1.1.1", "https://a..b", "https://h/ x", "https://h/\ud800"],
        *["http://app.puffle.ai", "http://localhost.evil.example", "http://0.0.0.0", "http://[::]"],
        *["http://10.0.0.1", "http://127.0.0.1.evil.example", "http://127.0.0.1@evil.example"],
        *["http://127.0.0.1\\@evil.example", "http://2130706433", "http://LOCALHOSTS"],
        "https://h/" + "x" * 2000,
    ],
)
def test_a_wrong_base_url_is_named(url: str) -> None:
    """What is no URL, not https, or more than a path is told in one line that names the setting."""
    with pytest.raises(SettingError, match=r"\ARECORDER_BASE_URL of source 'acme' ") as caught:
        parse_base_url(url, source="acme")
    assert str(caught.value).isprintable()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("https://app.puffle.ai", "https://app.puffle.ai"),
        (" HTTPS://App.Puffle.AI:443/v1// ", "https://app.puffle.ai/v1"),
        ("https://app.puffle.ai:8443/ü%20/", "https://app.puffle.ai:8443/%C3%BC%20"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://[2001:db8::1]:444", "https://[2001:db8::1]:444"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://LOCALHOST", "http://localhost"),
        ("http://127.255.0.9:1", "http://127.255.0.9:1"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_https_anywhere_and_http_to_loopback(url: str, meant: str) -> None:
    """https may go to any host, plain http to this machine; spelling is made one."""
    assert str(parse_base_url(url, source="acme")) == meant


@given(st.text() | st.from_regex(r"\Ahttps://[!-~]{1,20}(:[0-9]{1,6})?/[!-~]{0,9}\Z"))
def test_httpx_reads_what_is_taken(text: str) -> None:
    """Any text is refused by name, or is a URL whose host and port httpx reads as we do."""
    try:
        base = parse_base_url(text, source="acme")
    except SettingError:
        return
    url = httpx.URL(str(base))
    assert (url.scheme, url.port) == (base.scheme, None if base.port == 443 else base.port)
    assert url.raw_host.decode() == httpx.URL(scheme="https", host=base.host).raw_host.decode()
    assert base.target("x").decode().isprintable()
