"""Drives PyPI python-amazon-paapi, whose version 7 speaks the Creators API."""

import os

from amazon_creatorsapi import AmazonCreatorsApi
from amazon_creatorsapi.errors import AmazonCreatorsApiError

env = os.environ


def step(name, ok, detail):
    print("step", name, "passed" if ok else "failed", str(detail).replace("\n", " ")[:160], flush=True)


def client(tag):
    return AmazonCreatorsApi(
        env["LK_CREDENTIAL_ID"], env["LK_CREDENTIAL_SECRET"], env["LK_VERSION"], tag, marketplace=env["LK_SITE"], throttling=0.001, retries=0,
        host=env["LK_API_URL"], auth_endpoint=env["LK_TOKEN_URL"],
    )


api = client(env["LK_TAG"])
found = api.search_items(keywords="lock")
asin = found.items[0].asin
step("search", found.total_result_count > 0, f"{found.total_result_count} found, {asin}")
items = api.get_items([asin])
step("items", items[0].asin == asin, items[0].item_info.title.display_value)
family = api.get_variations(env["LK_FAMILY"])
step("variations", len(family.items) > 0, len(family.items))
nodes = api.get_browse_nodes([items[0].browse_node_info.browse_nodes[0].id])
step("nodes", len(nodes) == 1, nodes[0].display_name)
try:
    client("nobody-20").get_items([asin])
    step("wrong tag", False, "was not refused")
except AmazonCreatorsApiError as error:
    step("wrong tag", "tag" in str(error).lower(), error)
