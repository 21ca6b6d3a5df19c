#!/usr/bin/env python3
"""The eGFR of every sex, age from 18 to 120 and creatinine from 0.01 to 99.99 mg/dL, in tenths, half up.

Computed with 30 digits, where doubles have 16. Writes one little-endian 32-bit number each, in the order of the
loops below, and fails if a value comes closer to a rounding boundary than src/record/derived.c relies on.
"""
import array
import sys
from decimal import ROUND_HALF_UP, Decimal, getcontext

getcontext().prec = 30
NEAREST = Decimal(2) ** -28
HALF = Decimal("0.5")

creatinine = [(Decimal(c) / 100) ** Decimal("-1.094") for c in range(1, 10000)]
tenths = array.array("i")
for sex in (1, 2):
    for age in range(18, 121):
        factor = 10 * 194 * Decimal(age) ** Decimal("-0.287") * (Decimal("0.739") if sex == 2 else 1)
        for c in creatinine:
            egfr = factor * c
            whole = egfr.to_integral_value(ROUND_HALF_UP)
            if abs(abs(egfr - whole) - HALF) < NEAREST * egfr:
                sys.exit(f"sex {sex}, age {age}, eGFR {egfr / 10}: too close to a rounding boundary")
            tenths.append(int(whole))
if sys.byteorder == "big":
    tenths.byteswap()
sys.stdout.buffer.write(tenths.tobytes())
