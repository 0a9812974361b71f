"""Whether what a run log says can be proved: an independent recount, from an export alone if need be.

The modules that ``bundle`` joins into one file, ``verify.py``, import nothing but the standard library and
each other, and run with Python 3.9: that file stands in every evidence, and needs no installation.
"""
