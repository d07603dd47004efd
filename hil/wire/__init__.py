"""The wire format: messages, frames and the model partition. Pure codecs, no I/O.

protocol.cddl beside this file is the declaration; docs/protocol.md explains it. `requests` and
`replies` hold the messages, `messages` and `frames` turn them into bytes and back.
"""
