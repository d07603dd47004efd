"""The simulated board: a process that behaves like an ESP32 on a serial port.

Knows nothing of who asks it. `hil.sim.process.SimProcess` starts it,
`hil.sim.firmware.build` makes its firmware. docs/FIDELITY.md says what is modelled and what is not.
"""
