"""WinRM, WinRS and PSRP over HTTP(S) for the `psrp` and `winrm` connections of an unmodified ansible-core.

This room speaks protocols and nothing else. What a host *is* stands behind `machine.Machine`; what Ansible asks of it is read by
`manifest`. Protocol facts cite `reference/winrm-lab.md` by section.
"""
