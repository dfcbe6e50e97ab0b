"""The rules that come with Restow.

The pack is this package: a module anywhere below it that has ``meta``, ``cases`` and ``check`` is a rule. Modules without
them (``commands``, ``stages``) hold what several rules ask.
"""
