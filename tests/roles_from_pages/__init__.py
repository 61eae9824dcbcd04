"""The files of the roles that are made from the pages of the modules, and the tables of variables: an option is written once.

`make roles` (`python -m tests.roles_from_pages`) writes them anew. A judge compares them with what it would write.
"""
