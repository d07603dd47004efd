"""The link to a board: a sans-IO session, the loop that drives it, and serial transports.

Knows no board: neither flashing nor resets. Nothing here imports pyserial;
`hil.link.transport.open_serial` does when it is called.
"""
