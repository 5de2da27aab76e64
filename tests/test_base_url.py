import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.base_url import is_loopback, parse_base_url

PUFFLE = parse_base_url("https://app.puffle.ai/")


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
def test_a_wrong_base_url_is_refused(url: str) -> None:
    """What is no URL, not https, or more than a path is refused in one line that says what to write."""
    with pytest.raises(ValueError, match=r"write (only )?https://") as caught:
        parse_base_url(url)
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
    assert str(parse_base_url(url)) == meant


@pytest.mark.slow
@given(st.text() | st.from_regex(r"\Ahttps://[!-~]{1,20}(:[0-9]{1,6})?/[!-~]{0,9}\Z"))
def test_httpx_reads_what_is_taken(text: str) -> None:
    """Any text is refused, or is a URL whose host and port httpx reads as we do."""
    try:
        base = parse_base_url(text)
    except ValueError:
        return
    url = httpx.URL(str(base))
    assert (url.scheme, url.port) == (base.scheme, None if base.port == 443 else base.port)
    assert url.raw_host.decode() == httpx.URL(scheme="https", host=base.host).raw_host.decode()
    assert base.path.isascii()
    assert base.path.isprintable()


@given(st.text() | st.from_regex(r"\Ahttps://[!-~]{1,20}(:[0-9]{1,6})?/[!-~]{0,9}\Z"))
def test_a_base_url_has_one_spelling(text: str) -> None:
    """What is taken, written out, is taken as the same again."""
    try:
        base = parse_base_url(text)
    except ValueError:
        return
    assert parse_base_url(str(base)) == base


@pytest.mark.parametrize(
    ("host", "ours"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("10.0.0.1", False), ("x", False)],
)
def test_loopback_is_this_machine(host: str, *, ours: bool) -> None:
    """Only names and addresses that cannot leave this machine count."""
    assert is_loopback(host) is ours
