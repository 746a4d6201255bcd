"""The reference server: HTTP, websocket and pages."""
