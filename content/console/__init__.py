"""The Django app of the central side: what screens have told, in a database. The console's pages will live here too.

Nothing outside this package and content.fleet.records knows Django.
"""
