"""Simulated Windows hosts: Python answers for the hands and for the modules of ansible.windows that the collection uses.

`host.SimulatedHost` is one host, `specification` the scenario's description of it, `faults` what may go wrong with it. What reaches it
over WinRM is read by `command`, which asks `hands` and `windows_modules`; no PowerShell is parsed or run here.
"""
