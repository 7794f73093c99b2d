"""Drives PyPI amazon-creatorsapi-python-sdk, which is Amazon's own Python SDK repacked, through all eight operations."""

import os

from creatorsapi_python_sdk.api.default_api import DefaultApi
from creatorsapi_python_sdk.api_client import ApiClient
from creatorsapi_python_sdk.exceptions import ApiException
from creatorsapi_python_sdk.models.get_browse_nodes_request_content import GetBrowseNodesRequestContent
from creatorsapi_python_sdk.models.get_feed_request_content import GetFeedRequestContent
from creatorsapi_python_sdk.models.get_items_request_content import GetItemsRequestContent
from creatorsapi_python_sdk.models.get_items_resource import GetItemsResource
from creatorsapi_python_sdk.models.get_report_request_content import GetReportRequestContent
from creatorsapi_python_sdk.models.get_variations_request_content import GetVariationsRequestContent
from creatorsapi_python_sdk.models.search_items_request_content import SearchItemsRequestContent

env = os.environ
site, tag = env["LK_SITE"], env["LK_TAG"]


def step(name, ok, detail):
    print("step", name, "passed" if ok else "failed", str(detail).replace("\n", " ")[:160], flush=True)


def refused(name, status, reason, call):
    try:
        call()
        step(name, False, "was not refused")
    except ApiException as error:
        step(name, error.status == status and reason in (error.body or ""), f"{error.status} {error.body}")


client = ApiClient(
    host=env["LK_API_URL"], auth_endpoint=env["LK_TOKEN_URL"], credential_id=env["LK_CREDENTIAL_ID"],
    credential_secret=env["LK_CREDENTIAL_SECRET"], version=env["LK_VERSION"],
)
api = DefaultApi(client)

found = api.search_items(site, SearchItemsRequestContent(partner_tag=tag, keywords="lock")).search_result
asin = found.items[0].asin
step("search", found.total_result_count > 0, f"{found.total_result_count} found, {asin}")

every = list(GetItemsResource)
items = api.get_items(site, GetItemsRequestContent(partner_tag=tag, item_ids=[asin, "B0NOSUCH00"], resources=every))
item = items.items_result.items[0]
step("items", item.asin == asin and item.offers_v2.listings[0].price.money.amount > 0 and len(items.errors) == 1, item.item_info.title.display_value)

node = item.browse_node_info.browse_nodes[0].id
nodes = api.get_browse_nodes(site, GetBrowseNodesRequestContent(partner_tag=tag, browse_node_ids=[node])).browse_nodes_result.browse_nodes
step("nodes", nodes[0].id == node, nodes[0].display_name)

family = api.get_variations(site, GetVariationsRequestContent(partner_tag=tag, asin=env["LK_FAMILY"])).variations_result
step("variations", len(family.items) > 0, family.variation_summary.variation_count)

feed = api.list_feeds(site).feeds[0].feed_name
step("feeds", api.get_feed(site, GetFeedRequestContent(feed_name=feed)).url.startswith("https:"), feed)
report = api.list_reports(site).reports[0].filename
step("reports", api.get_report(site, GetReportRequestContent(filename=report)).url.startswith("https:"), report)

refused("wrong tag", 400, "InvalidPartnerTag", lambda: api.get_items(site, GetItemsRequestContent(partner_tag="nobody-20", item_ids=[asin])))
refused("fields", 400, "FieldValidationFailed", lambda: api.get_items(site, GetItemsRequestContent(partner_tag=tag, item_ids=[asin], languages_of_preference=["xx_XX"])))
refused("nothing found", 404, "ResourceNotFoundException", lambda: api.get_items(site, GetItemsRequestContent(partner_tag=tag, item_ids=["B0NOSUCH00"])))
