"""A local web page: what a board sees and answers at this moment, and labels for captured pictures.

One thread owns the board (`hil.live.watch`), the newest answer waits in `hil.live.feed`, and the
server (`hil.live.server`) gives it to whoever asks: a browser that stalls asks for nothing.
"""
