"""The front door: `streamlit run app.py`. The pages are wired in toxapp/ui/main.py.

The main script lies elsewhere on purpose: beside a folder named pages/ Streamlit would run a deep
link on a cold server as a page of its own, without the app around it.
"""

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def healthz(_request: Request) -> JSONResponse:
    """Say that the server answers."""
    return JSONResponse({"status": "ok"})


app = st.App("toxapp/ui/main.py", routes=[Route("/healthz", healthz)])
