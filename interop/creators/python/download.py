"""Fetches a feed and a report whose URLs Amazon's Python SDK was told, with urllib3, on which the SDK is made. The addresses of the files are Amazon's own."""

import hashlib
import os

import urllib3
from creatorsapi_python_sdk.api.default_api import DefaultApi
from creatorsapi_python_sdk.api_client import ApiClient
from creatorsapi_python_sdk.models.get_feed_request_content import GetFeedRequestContent
from creatorsapi_python_sdk.models.get_report_request_content import GetReportRequestContent

env = os.environ
site = env["LK_SITE"]
api = DefaultApi(ApiClient(
    host=env["LK_API_URL"], auth_endpoint=env["LK_TOKEN_URL"], credential_id=env["LK_CREDENTIAL_ID"],
    credential_secret=env["LK_CREDENTIAL_SECRET"], version=env["LK_VERSION"],
))
web = urllib3.ProxyManager(env["HTTPS_PROXY"], ca_certs=env["SSL_CERT_FILE"])
feed, report = api.list_feeds(site).feeds[0], api.list_reports(site).reports[0]
for name, file, told in [
    (feed.feed_name, feed, api.get_feed(site, GetFeedRequestContent(feed_name=feed.feed_name))),
    (report.filename, report, api.get_report(site, GetReportRequestContent(filename=report.filename))),
]:
    answer = web.request("GET", told.url)
    print("step", name, "passed" if answer.status == 200 and hashlib.md5(answer.data).hexdigest() == file.md5 else "failed", answer.status, len(answer.data), "bytes", flush=True)
    changed = web.request("GET", told.url[:-1] + ("0" if told.url[-1] != "0" else "1"))
    print("step changed URL of", name, "passed" if changed.status == 403 else "failed", changed.status, flush=True)
