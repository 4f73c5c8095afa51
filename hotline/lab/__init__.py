"""A whole hotline on loopback with automatic telephones: used by the demo, the benches and the tests."""
