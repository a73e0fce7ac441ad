"""The open-data API: read only, public columns, stable ids, pages by key; described at openapi.json."""

from django.contrib.auth.decorators import login_not_required
from django.utils.module_loading import import_string
from ninja import NinjaAPI

# Each app's router, at its address.
ROUTERS = {
    "resources/": "resources.api.router",
    "events/": "events.api.router",
    "index/": "indicators.api.router",
}

api = NinjaAPI(
    title="深圳科普开放数据",
    version="1",
    description="已发布的资源与活动。只读；每页按键续取，`next` 为空即到末尾。",
    docs_url=None,  # its page needs scripts that the content policy refuses
    openapi_url="openapi.json",
    urls_namespace="api",
)
for address, router in ROUTERS.items():
    api.add_router(address, import_string(router))

patterns, app_name, namespace = api.urls
for pattern in patterns:
    pattern.callback = login_not_required(pattern.callback)
urls = (patterns, app_name, namespace)
