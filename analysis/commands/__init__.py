"""What the commands do, as functions of the same names: a scenario in, a table or a small object out.

They take what the commands take (a name, a path or an object; options as keywords) and print nothing. What they import
is loaded when one of them is called.
"""
