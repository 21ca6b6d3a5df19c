"""Checks the chain of a disclosure log, independently of the program; exit 0 if it is sound.

    verify_log.py LOG
"""
import hashlib, sys
lines = open(sys.argv[1], "rb").read().split(b"\n")
if lines.pop() != b"":
    sys.exit("the last line is torn")
head = b"0" * 64
for number, line in enumerate(lines[1:], 2):
    sealed, seal = line[:-65], line[-64:]
    if line[-65:-64] != b"," or hashlib.sha256(sealed).hexdigest().encode() != seal or sealed[-65:] != b"," + head:
        sys.exit("line %d does not fit" % number)
    head = seal
