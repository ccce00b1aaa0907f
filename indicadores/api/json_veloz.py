"""Cómo se escribe el JSON de la API."""

from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


class JSONVeloz(JSONRenderer):
    """El JSON de DRF, escrito por orjson; si alguien lo pide con sangría, por DRF."""

    _otros = JSONEncoder()

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        if data is None or self.get_indent(accepted_media_type or "", renderer_context or {}):
            return bytes(super().render(data, accepted_media_type, renderer_context))
        return orjson.dumps(data, default=self._otros.default)
