"""The hosted server: what its files say, and that visitors, limits and headers come through nginx."""

import asyncio
import re
import shutil
import threading
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import streamlit.config
import yaml
from requests.adapters import HTTPAdapter
from urllib3.util import Retry
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from benchmarks.servers import NGINX, served, through_nginx
from benchmarks.visitor import Visitor
from deploy.headers import HEADERS, INDEX, content_policy, script_hashes

pytest.importorskip("playwright.sync_api")

from playwright.sync_api import Page, expect

from tests.browser import open_page, slider, wait_until_quiet

DEPLOY = Path(__file__).parents[2] / "deploy"
needs_nginx = pytest.mark.skipif(NGINX is None, reason="no nginx was found")
WATCH = """window.violations = []; document.addEventListener(
    'securitypolicyviolation', event => violations.push(event.violatedDirective + ' ' + event.blockedURI))"""
SMALL_PAGE = """
import gc
import streamlit as st

def note():
    with open({notes!r}, "a") as notes:
        print(page.title, st.context.theme.type, gc.get_freeze_count() > 0, file=notes)

def broken():
    st.session_state.settings = "lam=3"
    if gc.get_freeze_count():  # the server is open: one that fails before does not
        raise ValueError("the secret of this line")

pages = [st.Page(note, title=title, url_path=title) for title in ("first", "second")]
page = st.navigation([*pages, st.Page(broken)])
page.run()
file = st.file_uploader("A file")
if file:
    st.write("Its length is", len(file.getvalue()))
    st.download_button("Take it back", file.getvalue(), "back.bin")
"""
SMALL_SERVER = """
import sys
sys.path.insert(0, {root!r})
import streamlit as st
from starlette.middleware import Middleware
from deploy.browsers import Browsers
from deploy.headers import SecurityHeaders
from deploy.serve import Door, lifespan, tell
middleware = [Middleware(one) for one in (SecurityHeaders, Browsers, Door)]
parts = dict(lifespan=lifespan, middleware=middleware, on_script_error=tell)
app = st.App("small_page.py", **parts)
"""
PACKED = b"/* a file of Streamlit's */ " * 400


SIGNED = "." + 43 * "x"  # nginx looks at a cookie's form alone


class Backend(BaseHTTPRequestHandler):
    """A process that says who it is and counts what it was asked."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = PACKED if self.path.startswith("/static/") else self.server.name.encode()
        self.send_response(200)
        if not self.path.startswith("/static/"):
            self.send_header("Set-Cookie", f"lab_at={self.server.name}; Path=/")
        self.send_header("Content-Type", "text/css")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Backends:
    """Two such processes behind nginx."""

    def __init__(self, stack: ExitStack) -> None:
        self.servers = [ThreadingHTTPServer(("127.0.0.1", 0), Backend) for _ in range(2)]
        for number, server in enumerate(self.servers, 1):
            server.asked, server.name = [], f"lab-{number}"
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(self.stop, server)
        self.address, _ = stack.enter_context(through_nginx([s.server_port for s in self.servers]))

    def stop(self, server: ThreadingHTTPServer) -> None:
        """End a process; nobody listens on its port from then on."""
        server.shutdown()
        server.server_close()

    def served_by(self, visitor: requests.Session) -> str:
        """The process that this browser reaches."""
        answer = visitor.get(self.address, timeout=10)
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def backends() -> Iterator[Backends]:
    with ExitStack() as stack:
        yield Backends(stack)


@needs_nginx
def test_who_finds_no_process_reads_a_page_that_tries_again(backends):
    for server in backends.servers:
        backends.stop(server)
    answer = visitor(1).get(backends.address, timeout=10)
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "text/html"
    assert 'http-equiv="refresh"' in answer.text


def visitor(n: int) -> requests.Session:
    """A browser that was here before."""
    session = requests.Session()
    session.cookies["lab"] = f"{n:032x}{SIGNED}"
    return session


@needs_nginx
def test_a_browser_stays_with_one_process_from_its_first_request_on(backends):
    reached = Counter()
    for _ in range(12):
        with requests.Session() as browser:
            first = backends.served_by(browser)
            assert browser.cookies["lab_at"] == first
            assert {backends.served_by(browser) for _ in range(5)} == {first}
            reached[first] += 1
    assert reached.keys() == {"lab-1", "lab-2"}
    assert min(reached.values()) > 3, "in turns"


@needs_nginx
def test_a_process_that_ends_leaves_its_visitors_to_the_other_and_the_others_where_they_are(backends):
    browsers = [visitor(n) for n in range(20)]
    before = [backends.served_by(browser) for browser in browsers]
    gone, stays = backends.servers
    backends.stop(gone)
    after = [backends.served_by(browser) for browser in browsers]
    assert gone.name in before
    assert set(after) == {stays.name}


@needs_nginx
def test_files_come_from_the_process_in_their_address_and_all_else_from_the_one_in_the_cookie(backends):
    for cookie, path, served_by in (
        ("lab-1", "/", "lab-1"),
        ("lab-2", "/", "lab-2"),
        ("lab-1", "/at/lab-2/media/a.png", "lab-2"),
        ("lab-2", "/at/lab-1/media/a.png", "lab-1"),
        ("lab-2", "/at/lab-9/media/a.png", "lab-2"),
    ):
        answer = requests.get(backends.address + path, cookies={"lab_at": cookie}, timeout=10)
        assert (answer.status_code, answer.text) == (200, served_by), (cookie, path)
    backends.stop(backends.servers[0])
    lost = requests.get(f"{backends.address}/at/lab-1/media/a.png", cookies={"lab_at": "lab-1"}, timeout=10)
    assert lost.status_code == 503, "no other process has it"
    unknown = requests.get(backends.address, cookies={"lab_at": "lab-1:1@elsewhere"}, timeout=10)
    assert unknown.text == "lab-2"


@needs_nginx
def test_a_flood_from_one_browser_is_refused_and_its_neighbour_at_the_same_address_is_not(backends):
    flooding, neighbour = visitor(1), visitor(2)
    answers = Counter(flooding.get(backends.address, timeout=10).status_code for _ in range(900))
    assert answers.keys() == {200, 429}
    assert answers[200] >= 400
    assert backends.served_by(neighbour)


@needs_nginx
def test_a_class_that_opens_the_link_at_once_from_one_address_is_let_in(backends):
    assert {requests.get(backends.address, timeout=10).status_code for _ in range(400)} == {200}


@needs_nginx
def test_files_of_streamlit_are_fetched_once_packed_and_kept(backends):
    answers = [visitor(n).get(f"{backends.address}/static/a.css", timeout=10) for n in range(10)]
    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert all(answer.content == PACKED for answer in answers)
    assert sum(server.asked.count("/static/a.css") for server in backends.servers) == 1
    plain = requests.get(f"{backends.address}/static/a.css", headers={"Accept-Encoding": ""}, timeout=10)
    assert "Content-Encoding" not in plain.headers
    assert plain.content == PACKED


@needs_nginx
def test_what_is_too_large_or_for_operators_only_does_not_reach_a_process(backends):
    upload = f"{backends.address}/_stcore/upload_file/session/file"
    assert requests.put(upload, b"0" * 10_000_000, timeout=10).status_code == 204
    assert requests.put(upload, b"0" * 12_000_000, timeout=10).status_code == 413
    for path in ("metrics", "script-health-check", "agent/interact"):
        assert requests.get(f"{backends.address}/_stcore/{path}", timeout=10).status_code == 404
    assert not any(
        "_stcore/" in path for server in backends.servers for path in server.asked if "health" not in path
    )


def test_the_policy_names_the_script_inside_the_installed_page_and_allows_no_other():
    html = INDEX.read_text(encoding="utf-8")
    assert len(script_hashes(html)) == html.count("<script>") == 1
    policy = dict(rule.split(" ", 1) for rule in content_policy(html).split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"].split() == ["'self'", "'wasm-unsafe-eval'", *script_hashes(html)]


def test_a_changed_script_has_another_hash():
    # the example of the standard: https://www.w3.org/TR/CSP2/#script-src-hash-usage
    assert script_hashes("<script>alert('Hello, world.');</script>") == [
        "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    ]
    assert script_hashes('<script type="module" src="x.js"></script>') == []


def small_server(folder: Path) -> str:
    """A server with small pages, a file to go up and down, and the hosted one's settings and warm-up."""
    (folder / ".streamlit").mkdir()
    shutil.copy(DEPLOY / ".streamlit" / "config.toml", folder / ".streamlit")
    page = SMALL_PAGE.format(notes=str(folder / "notes"))
    (folder / "small_page.py").write_text(page, encoding="utf-8")
    script = folder / "small_server.py"
    script.write_text(SMALL_SERVER.format(root=str(DEPLOY.parent)), encoding="utf-8")
    return str(script)


def test_a_warm_server_has_opened_every_page_frozen_its_memory_and_keeps_its_tracebacks(tmp_path):
    log = tmp_path / "log"
    with served(small_server(tmp_path), log=log) as server:
        visits = (tmp_path / "notes").read_text().splitlines()
        assert {line.rsplit(" ", 1)[0] for line in visits} == {
            f"{page} {theme}" for page in ("first", "second") for theme in ("light", "dark")
        }
        assert {line.rsplit(" ", 1)[1] for line in visits} == {"False"}
        well, broken = asyncio.run(open_both(server.address))
        assert well == ()
        assert [error.split(",")[0] for error in broken] == ["This page failed"]
        assert "the secret of this line" not in broken[0]
        assert "the secret of this line" in log.read_text()
        assert "lam=3" in log.read_text()
        assert (tmp_path / "notes").read_text().splitlines()[-1] == "first light True"


async def open_both(address: str) -> tuple[tuple[str, ...], ...]:
    """What the first page and the broken one show as errors."""
    async with Visitor(address) as visitor:
        return (await visitor.open()).errors, (await visitor.visit("broken")).errors


def test_a_server_that_still_warms_up_sends_pages_and_sockets_away(tmp_path):
    script = small_server(tmp_path)
    (tmp_path / "small_page.py").write_text("import time; time.sleep(8)", encoding="utf-8")
    with served(script, wait=False) as server:
        answer = first_answer(server.address)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "3"
        assert answer.headers["Content-Security-Policy"] == HEADERS["content-security-policy"]
        assert requests.get(f"{server.address}/_stcore/health", timeout=10).status_code == 503
        with pytest.raises(InvalidStatus, match="503"):
            asyncio.run(connect_to(server.address))


def first_answer(address: str) -> requests.Response:
    """What a server says as soon as it listens."""
    session = requests.Session()
    retry = Retry(30, backoff_factor=0.2, backoff_max=1, respect_retry_after_header=False)
    session.mount("http://", HTTPAdapter(max_retries=retry))
    return session.get(address, timeout=10)


async def connect_to(address: str) -> None:
    """Open the websocket as a browser that comes back."""
    await connect(address.replace("http", "ws") + "/_stcore/stream", subprotocols=["streamlit"])


@pytest.fixture
def watched(page: Page) -> Page:
    """A browser page that notes what the policy forbade."""
    page.add_init_script(WATCH)
    return page


@needs_nginx
@pytest.mark.browser
def test_a_chart_is_drawn_and_moved_through_nginx_under_the_policy(watched):
    with served(processes=2, warm=False) as server:
        open_page(watched, f"{server.address}/?epochs=50")
        watched.get_by_role("slider", name="Penalty strength λ").press("ArrowRight")
        expect(watched).to_have_url(re.compile("lam=15"))
        expect(watched.get_by_test_id("lam-value")).to_have_text("λ = 15")
        slider(watched).press("ArrowRight")
        expect(watched).to_have_url(re.compile("lam=20"))
        wait_until_quiet(watched)
        assert watched.evaluate("violations") == []
        assert watched.trouble == []
        assert {cookie["name"] for cookie in watched.context.cookies()} >= {"lab"}
        answer = requests.get(server.address, timeout=10)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        watched.evaluate("""() => { const script = document.createElement('script');
            script.textContent = 'window.foreign = 1'; document.head.append(script); }""")
        assert watched.evaluate("window.foreign") is None
        assert watched.evaluate("violations") == ["script-src-elem inline"]


@needs_nginx
@pytest.mark.browser
def test_a_file_goes_up_and_comes_back_through_nginx(watched, tmp_path):
    content = bytes(range(256)) * 20_000
    with served(small_server(tmp_path), processes=2) as server:
        for _ in range(3):  # by chance three times with the process that has the session: 1 in 8
            watched.context.clear_cookies()
            watched.goto(server.address)
            files = {"name": "a.bin", "mimeType": "application/octet-stream", "buffer": content}
            watched.locator("input[type=file]").set_input_files(files)
            expect(watched.get_by_text(f"Its length is {len(content)}")).to_be_visible()
            with watched.expect_download() as download:
                watched.get_by_role("button", name="Take it back").click()
            assert download.value.path().read_bytes() == content
        assert watched.evaluate("violations") == []
        assert watched.trouble == []


def test_every_option_of_the_hosted_configuration_is_known_to_the_installed_streamlit():
    options = tomllib.loads((DEPLOY / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    known = streamlit.config.get_config_options()
    for section, values in options.items():
        for name, value in values.items():
            option = known[f"{section}.{name}"]
            assert isinstance(value, option.type), option.key


def test_the_proxy_lets_through_what_the_uploader_allows_and_little_more():
    options = tomllib.loads((DEPLOY / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    limit = int(re.search(r"client_max_body_size (\d+)m;", nginx_text()).group(1))
    assert options["server"]["maxUploadSize"] + 1 == limit


def nginx_text() -> str:
    return (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["limit_req", "limit_conn", "proxy_set_header"])
def test_a_location_with_a_limit_of_its_own_has_those_of_its_server_too(kind):
    """As nginx has it, one of a location's own takes the place of all that it would inherit."""
    server = nginx_text().split("listen 8080;")[1]
    names = rf"{kind} (?:zone=)?(\S+)"
    inherited = {
        *re.findall(rf"^        {names}", server, re.MULTILINE),
        *re.findall(rf"^    {names}", nginx_text(), re.MULTILINE),
    }
    locations = re.findall(r"location (\S.*?) \{(.*?)\n        \}", server, re.DOTALL)
    assert len(locations) > 4
    for where, inside in locations:
        own = set(re.findall(names, inside))
        replaced = {"Upgrade", "X-Forwarded-For", "X-Forwarded-Proto"} if where == "/static/" else set()
        assert not own or own | replaced >= inherited, where


def compose() -> dict:
    """What compose.yaml says."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def test_compose_has_one_service_for_each_process_that_nginx_knows():
    services = compose()["services"]
    proxy, redis = services.pop("nginx"), services.pop("redis")
    assert redis["profiles"], "it is not needed on one machine"
    where = {name: service["networks"]["lab"]["ipv4_address"] for name, service in services.items()}
    assert {name: service["environment"]["LAB_NAME"] for name, service in services.items()} == {
        name: name for name in services
    }
    groups = dict(re.findall(r"upstream (\S+) \{(.*?)\}", nginx_text(), re.DOTALL))
    assert groups.keys() == {"lab", *services}
    port = docker("EXPOSE")
    for name, group in groups.items():
        first, *others = re.findall(r"server (\S+) .*?(max_fails|backup)", group)
        assert {address for address, _ in (first, *others)} == {f"{at}:{port}" for at in where.values()}
        if name != "lab":
            assert first == (f"{where[name]}:{port}", "max_fails")
            assert {role for _, role in others} == {"backup"}
    for name, at in where.items():
        assert f'"~^/at/{name}/" {at}:{port};' in nginx_text()
        assert f"        {name} {name};" in nginx_text()
    trusted = {service["environment"]["FORWARDED_ALLOW_IPS"] for service in services.values()}
    assert trusted == {proxy["networks"]["lab"]["ipv4_address"]}
    assert proxy["ports"][0].endswith(":" + re.search(r"listen (\d+);", nginx_text()).group(1))


def test_every_container_is_bounded_and_started_again_and_waits_for_no_other():
    for service in compose()["services"].values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "mem_limit" in service
        assert service["restart"] == "unless-stopped"
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}
        assert all("size=" in one for one in service["tmpfs"])
        assert "depends_on" not in service
    assert docker("CMD") == '["python", "-m", "deploy.watch"]'


def test_what_nginx_keeps_in_its_memory_has_room_there():
    """Its cache, in megabytes, lies in the tmpfs, and that in the container's memory."""
    proxy = compose()["services"]["nginx"]
    cache = int(re.search(r"max_size=(\d+)m", nginx_text())[1])
    room = int(re.search(r"size=(\d+)m", proxy["tmpfs"][0])[1])
    assert 1.5 * cache <= room <= int(proxy["mem_limit"].removesuffix("m")) / 2
    assert "proxy_max_temp_file_size 0;" in nginx_text()
    assert nginx_text().count("proxy_request_buffering off;") == 1


def docker(instruction: str) -> str:
    """What the Dockerfile's only instruction of that name says."""
    (said,) = re.findall(rf"^{instruction} (.*)", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    return said


def test_the_image_is_pinned_does_not_run_as_root_and_holds_what_the_dashboard_imports():
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", docker("FROM"))
    assert docker("USER") not in ("root", "0", "0:0")
    copied = set(re.findall(r"^COPY (\S+)", text, re.MULTILINE))
    assert copied >= {"dashboard.py", "core", "ui", "pages", "deploy", ".streamlit"}
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().split() if line[0] == "!"}
    assert {name.split("/")[0] for name in copied} == kept
    assert all((DEPLOY.parent / name).exists() for name in copied)


def in_cluster(name: str) -> dict:
    """The cluster's parts of this name, by their kind."""
    parts = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))
    return {part["kind"]: part for part in parts if part["metadata"]["name"] == name}


def test_pods_that_share_no_disk_keep_votes_in_a_redis_that_is_there():
    lab, kept = in_cluster("regularization-lab"), in_cluster("regularization-lab-rooms")
    (container,) = lab["Deployment"]["spec"]["template"]["spec"]["containers"]
    (url,) = [one["value"] for one in container["env"] if one["name"] == "LAB_ROOMS"]
    service = kept["Service"]
    assert url == f"redis://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}/0"
    assert kept["Deployment"]["spec"]["template"]["metadata"]["labels"] == service["spec"]["selector"]
    (redis,) = kept["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert redis["ports"][0]["containerPort"] == 6379
    assert redis["securityContext"]["readOnlyRootFilesystem"]
    assert kept["Deployment"]["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"]
    assert "noeviction" in redis["args"], "a vote that was taken is not let go"


def test_the_cluster_keeps_a_browser_with_its_pod_and_asks_health_before_it_sends_anyone():
    of = in_cluster("regularization-lab")
    pod = of["Deployment"]["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert of["Service"]["spec"]["selector"] == pod["metadata"]["labels"]
    assert of["Deployment"]["spec"]["selector"]["matchLabels"] == pod["metadata"]["labels"]
    assert of["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == pod["metadata"]["labels"]
    assert container["readinessProbe"]["httpGet"] == {"path": "/_stcore/health", "port": "http"}
    assert container["ports"] == [{"name": "http", "containerPort": int(docker("EXPOSE"))}]
    assert container["resources"]["limits"]["memory"] == "1280Mi"  # 700 MB for a process, and what draws
    assert pod["spec"]["securityContext"]["runAsNonRoot"]
    assert f"{pod['spec']['securityContext']['runAsUser']}" in docker("USER")
    (rule,) = of["Ingress"]["spec"]["rules"]
    assert rule["http"]["paths"][0]["backend"]["service"]["name"] == of["Service"]["metadata"]["name"]
    assert of["Ingress"]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/affinity"] == "cookie"
    assert (
        of["Service"]["metadata"]["annotations"]["traefik.ingress.kubernetes.io/service.sticky.cookie"]
        == "true"
    )
