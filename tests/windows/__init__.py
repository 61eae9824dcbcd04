"""The hands on a real Windows host, with nothing stood in for: its Task Scheduler, registry, services and files.

Nobody has such a host at home who develops this on Linux; the workflow `windows.yml` has four. On any other system the room is skipped.
"""
