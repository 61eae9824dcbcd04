"""The outside judges: linters, Ansible's own sanity tests, the importer of Galaxy, and the rules of the house that no tool knows."""
