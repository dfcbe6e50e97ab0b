"""One file a program, or a family of programs: ``effect(call) -> Effect``, or UnknownEffect with the reason.

``registry`` names the file of each program. The rooms go by what the programs are for.
"""
