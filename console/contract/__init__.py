"""Every shape that goes over the wire, and nothing else: REST bodies and answers, stream messages.

The only definition there is: OpenAPI comes from it, and ``web/src/contract.ts`` from
OpenAPI (``make contract``); a test fails when either is stale.
"""
