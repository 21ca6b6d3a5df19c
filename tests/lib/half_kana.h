/* Respells text in half-width kana, as many exports do. */
#pragma once

#include "decoder.h"

/* Finds out which full-width letter each half-width kana stands for; needs make_text. */
void learn_kana(void);

/* Returns s with every kana that has a half-width form in that form; lives in `arena`. */
const char *half_kana(const char *s);
