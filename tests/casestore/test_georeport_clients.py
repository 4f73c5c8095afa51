"""GeoReport clients that others wrote, against our server over a real socket; each in a process of an environment of its own.

Each lists the services, reads a definition, files a case, finds it in the list and by its number. They are installed by
``.ci/prepare long`` (``requirements-clients.lock``): they want packages that we do not.
"""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
import uvicorn

from .test_georeport_api import KEY, served

pytestmark = [pytest.mark.long, pytest.mark.slow]

PYTHON = Path(__file__).parents[2] / ".venv-clients/bin/python"
PREAMBLE = """
import sys, os
base, key = sys.argv[1], sys.argv[2]
os.environ.pop('http_proxy', None)
def told(services, definition, number, listed, one):
    assert len(services) > 100, len(services)
    assert 'condition' in str(definition), definition
    assert number and any(row['service_request_id'] == number for row in listed), (number, listed)
    assert one['service_request_id'] == number and one['status'] == 'open', one
    print('ok', number)
"""
CLIENTS = {
    f"georeport 0.3.1, {form}": f"""
from georeport import GeoReport
import requests
one = GeoReport(base, api_key=key, output_format='{form}')
made = requests.post(base + '/requests.json', data=dict(api_key=key, service_code='other', address_string='a', description='b'))
number = made.json()[0]['service_request_id']
listed = one.get_service_requests()
listed = listed if isinstance(listed, list) else [listed]
told(one.get_service_list(), one.get_service_definition('part-0101'), number, listed, one.get_service_request(number))
"""
    for form in ("json", "xml")
} | {
    "three 0.8.0 (of Python 2: ifilter given back to it)": """
import itertools
itertools.ifilter = filter
from three import Three
one = Three(base, api_key=key)
number = one.post('other', address='a', description='b', name='A B', phone='1', api_key=key)[0]['service_request_id']
told(one.services(), one.services('part-0101'), number, one.requests('other'), one.request(number)[0])
assert one.discovery()['endpoints'][0]['formats']
""",
    "civicbot 0.4.0": """
from civicbot.open311 import Open311Client
from civicbot.registry import Endpoint
one = Open311Client(Endpoint('xm', 'Xiamen', base, write=True))
made = one.create_request('part-0101', dry_run=False, confirm='SEND', api_key=key, validate_remote=True, lat=24.48, lng=118.09,
                          description='b', attributes={'condition': '1', 'part_id': '0012'})
number = made.response[0]['service_request_id']
assert one.get_token(number)[0]['service_request_id'] == number
told(one.list_services(), one.get_service_definition('part-0101'), number,
     one.list_requests(service_code='part-0101', status='open'), one.get_request(number))
""",
}


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_client_of_others_files_and_finds_a_case(name: str, tmp_path: Path) -> None:
    assert PYTHON.exists(), "they are not installed: .ci/prepare long"
    async with served(tmp_path) as city:
        config = uvicorn.Config(city.app, port=0, lifespan="off", log_level="warning")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        words = [str(PYTHON), "-c", PREAMBLE + CLIENTS[name], f"http://127.0.0.1:{port}/open311/v2", KEY]
        done = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, check=False, timeout=60)
        server.should_exit = True
        await task
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok "), done.stdout
