/* Random kana in all the ways exports write them. Names are compared with utf8proc's NFKC, wide text with
 * lists written by hand. */
#include "random.h"
#include "decoder.h"

#include <utf8proc.h>

enum { CASES = 200000, MAX_CHARACTERS = 24, BMP = 0x10000, HALF_FIRST = 0xff61, HALF_LAST = 0xff9f };

/* The i-th characters of two lists correspond. */
static const char HALF[] = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｬｭｮｯｰ｡｢｣､･";
static const char HALF_WIDENED[] =
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
    "ァィゥェォャュョッー。「」、・";
static const char HIRAGANA[] =
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをん"
    "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽぁぃぅぇぉゃゅょっゎゔゕゖゝゞ";
static const char KATAKANA[] =
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヰヱヲン"
    "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポァィゥェォャュョッヮヴヵヶヽヾ";
static const char PLAIN[] =
    "カキクケコサシスセソタチツテトハヒフヘホウヽかきくけこさしすせそたちつてとはひふへほゝ";
static const char VOICED[] =
    "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴヾがぎぐげござじずぜぞだぢづでどばびぶべぼゞ";
static const char HALF_PLAIN[] = "ハヒフヘホはひふへほ";
static const char HALF_VOICED[] = "パピプペポぱぴぷぺぽ";
static const char PLAIN_OUTSIDE[] = "うワヰヱヲ"; /* CP932 lacks their voiced forms */
static const char VOICED_OUTSIDE[] = "ゔヷヸヹヺ";
static const char VOICED_MARKS[] = "\u3099\u309bﾞ";
static const char HALF_VOICED_MARKS[] = "\u309a\u309cﾟ";
static const char SPACES[] = " \u3000\u00a0\t";
static const char DASHES[] = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\u30fc\uff70\ufe63\ufe58";
static const char OTHERS[] = "aZ0~ａ山髙①㈱㋐㌔ゟヿ。・\u2016\u00a5\u301c";

/* Filled from the lists: a character's counterpart, or 0. */
static uint16_t half_of[BMP], widened_half[BMP], katakana_of[BMP], plain_of[BMP], voiced[BMP],
    half_voiced[BMP], is_voiced_mark[BMP], is_half_voiced_mark[BMP], is_space[BMP], is_dash[BMP];

struct list {
    int32_t at[100];
    unsigned n;
};

/* Alphabet of random strings; some occur twice. */
static struct list ingredients[11], katakana, hiragana, voiced_marks, half_voiced_marks, spaces;

static struct kp_buf input, wanted;

/* --- lists --- */

static void fill_map(uint16_t *map, const char *from, const char *to)
{
    int32_t c = 0;
    while ((c = kp_utf8_next(&from)) >= 0)
        map[c] = (uint16_t)kp_utf8_next(&to);
}

static void fill_list(struct list *list, const char *s)
{
    int32_t c = 0;
    while ((c = kp_utf8_next(&s)) >= 0)
        list->at[list->n++] = c;
}

static int32_t one_of(const struct list *list)
{
    return list->at[random_below(list->n)];
}

static void fill_maps(void)
{
    fill_map(half_of, HALF_WIDENED, HALF);
    fill_map(widened_half, HALF, HALF_WIDENED);
    fill_map(katakana_of, HIRAGANA, KATAKANA);
    fill_map(plain_of, VOICED, PLAIN);
    fill_map(voiced, PLAIN, VOICED);
    fill_map(half_voiced, HALF_PLAIN, HALF_VOICED);
    fill_map(is_voiced_mark, VOICED_MARKS, VOICED_MARKS);
    fill_map(is_half_voiced_mark, HALF_VOICED_MARKS, HALF_VOICED_MARKS);
    fill_map(is_space, SPACES, SPACES);
    fill_map(is_dash, DASHES, DASHES);
}

static int set_up(void **state)
{
    static const char *const lists[] = {HALF,          HALF,   KATAKANA, KATAKANA,     HIRAGANA,
                                        PLAIN_OUTSIDE, SPACES, DASHES,   VOICED_MARKS, HALF_VOICED_MARKS,
                                        OTHERS};
    for (size_t i = 0; i < COUNT(lists); i++)
        fill_list(&ingredients[i], lists[i]);
    fill_list(&katakana, KATAKANA);
    fill_list(&hiragana, HIRAGANA);
    fill_list(&voiced_marks, VOICED_MARKS);
    fill_list(&half_voiced_marks, HALF_VOICED_MARKS);
    fill_list(&spaces, SPACES);
    fill_maps();
    return make_text(state);
}

static int tear_down(void **state)
{
    kp_buf_release(&input);
    kp_buf_release(&wanted);
    return free_text(state);
}

/* --- inputs --- */

/* Mostly kana, every third with a mark. */
static const char *random_input(void)
{
    kp_buf_reset(&input);
    for (unsigned n = random_below(MAX_CHARACTERS + 1); n > 0; n--) {
        kp_utf8_put(&input, one_of(&ingredients[random_below(COUNT(ingredients))]));
        if (random_below(3) == 0)
            kp_utf8_put(&input, one_of(random_below(2) ? &voiced_marks : &half_voiced_marks));
    }
    return kp_buf_text(&input);
}

static const char *written(struct kp_buf *buf, int32_t a, int32_t b, int32_t c)
{
    kp_buf_reset(buf);
    const int32_t characters[] = {a, b, c};
    for (size_t i = 0; i < COUNT(characters); i++)
        if (characters[i])
            kp_utf8_put(buf, characters[i]);
    return kp_buf_text(buf);
}

/* --- expectations --- */

static void replace_wanted(utf8proc_uint8_t *s)
{
    assert_non_null(s);
    kp_buf_reset(&wanted);
    kp_buf_str(&wanted, (const char *)s);
    free(s);
}

/* NFKC, katakana for hiragana, no spaces, one kind of dash; marks without the space before them compose last.
 */
static void expect_name(const char *s)
{
    utf8proc_uint8_t *folded = utf8proc_NFKC((const utf8proc_uint8_t *)s);
    assert_non_null(folded);
    kp_buf_reset(&wanted);
    const char *at = (const char *)folded;
    int32_t c = 0;
    while ((c = kp_utf8_next(&at)) >= 0)
        if (!is_space[c])
            kp_utf8_put(&wanted, katakana_of[c] ? katakana_of[c] : is_dash[c] ? 0x30fc : c);
    free(folded);
    replace_wanted(utf8proc_NFC((const utf8proc_uint8_t *)kp_buf_text(&wanted)));
}

/* Returns the letter that c composes with the one before it, or 0. */
static int32_t joined(int32_t before, int32_t c)
{
    return is_voiced_mark[c] ? voiced[before] : is_half_voiced_mark[c] ? half_voiced[before] : 0;
}

/* Returns the character as CP932 decodes it. */
static int32_t widened(int32_t c)
{
    switch (c) {
    case 0x301c: return 0xff5e;
    case 0x2212: return 0xff0d;
    case 0x2016: return 0x2225;
    case 0x2014: return 0x2015;
    case 0xa5: return 0xffe5;
    default: break;
    }
    if (is_voiced_mark[c] || is_half_voiced_mark[c])
        return is_voiced_mark[c] ? 0x309b : 0x309c;
    return widened_half[c] ? widened_half[c] : c > 0x20 && c < 0x7f ? 0xff00 + (c - 0x20) : c;
}

static void expect_wide(const char *s, bool keep_spaces)
{
    int32_t characters[2 * MAX_CHARACTERS + 1], c = 0;
    size_t n = 0;
    while ((c = kp_utf8_next(&s)) >= 0) {
        int32_t letter = n > 0 ? joined(characters[n - 1], c) : 0;
        if (letter)
            characters[n - 1] = letter;
        else if (!is_space[c])
            characters[n++] = widened(c);
        else if (keep_spaces)
            characters[n++] = 0x3000;
    }
    kp_buf_reset(&wanted);
    for (size_t i = 0; i < n; i++)
        kp_utf8_put(&wanted, characters[i]);
}

static void assert_wanted(const char *s, const char *got)
{
    if (!got || strcmp(got, kp_buf_text(&wanted)) != 0)
        fail_msg("'%s' gives '%s' instead of '%s'", s, got ? got : "(null)", kp_buf_text(&wanted));
}

static void assert_no_half_kana(const char *s)
{
    const char *at = s;
    int32_t c = 0;
    while ((c = kp_utf8_next(&at)) >= 0)
        if (c >= HALF_FIRST && c <= HALF_LAST)
            fail_msg("'%s' holds a half-width kana", s);
}

/* --- names --- */

static void kana_name__random_kana__agrees_with_nfkc(void **state UNUSED)
{
    for (int i = 0; i < CASES; i++) {
        const char *s = random_input();
        expect_name(s);
        char *name = kp_text_kana_name(&arena, s);
        assert_wanted(s, name);
        assert_no_half_kana(name);
        assert_wanted(name, kp_text_kana_name(&arena, name));
        kp_arena_reset(&arena);
    }
}

/* Joins the kana with each mark, with and without a space of either width between. */
static void check_marks(int32_t kana, const struct list *marks, int32_t letter)
{
    static const int32_t between[] = {0, ' ', 0x3000};
    for (unsigned m = 0; m < marks->n; m++)
        for (size_t i = 0; i < COUNT(between); i++) {
            (void)written(&wanted, letter, 0, 0);
            const char *s = written(&input, kana, between[i], marks->at[m]);
            assert_wanted(s, kp_text_kana_name(&arena, s));
        }
}

static void check_letters(const char *plain, const char *with_mark, const struct list *marks)
{
    int32_t kana = 0;
    while ((kana = kp_utf8_next(&plain)) >= 0) {
        int32_t letter = kp_utf8_next(&with_mark);
        letter = katakana_of[letter] ? katakana_of[letter] : letter;
        check_marks(kana, marks, letter);
        if (half_of[kana])
            check_marks(half_of[kana], marks, letter);
    }
}

static void kana_name__every_voiced_kana__joins_every_mark(void **state UNUSED)
{
    check_letters(PLAIN, VOICED, &voiced_marks);
    check_letters(HALF_PLAIN, HALF_VOICED, &half_voiced_marks);
    check_letters(PLAIN_OUTSIDE, VOICED_OUTSIDE, &voiced_marks);
    kp_arena_reset(&arena);
}

/* Puts one letter of a name: hiragana, half-width or katakana, often with a separate mark. */
static void spell(unsigned place)
{
    int32_t letter = katakana.at[place], plain = plain_of[letter];
    switch (random_below(4)) {
    case 0: kp_utf8_put(&input, letter); return;
    case 1: kp_utf8_put(&input, hiragana.at[place]); return;
    case 2: kp_utf8_put(&input, plain ? plain : letter); break;
    default:
        letter = plain ? plain : letter;
        kp_utf8_put(&input, half_of[letter] ? half_of[letter] : letter);
        break;
    }
    if (plain)
        kp_utf8_put(&input, one_of(&voiced_marks));
}

static void kana_name__any_spelling_of_a_name__is_that_name(void **state UNUSED)
{
    for (int i = 0; i < CASES / 4; i++) {
        kp_buf_reset(&input);
        kp_buf_reset(&wanted);
        for (unsigned n = 1 + random_below(MAX_CHARACTERS); n > 0; n--) {
            unsigned place = random_below(katakana.n - 2); /* the last two are repetition marks */
            kp_utf8_put(&wanted, katakana.at[place]);
            spell(place);
            if (random_below(4) == 0)
                kp_utf8_put(&input, one_of(&spaces));
        }
        char *name = kp_text_kana_name(&arena, kp_buf_text(&input));
        assert_wanted(kp_buf_text(&input), name);
        assert_true(kp_text_is_kana_name(name));
        kp_arena_reset(&arena);
    }
}

/* --- wide text --- */

static void wide__random_text__is_widened_and_joined(void **state UNUSED)
{
    for (int i = 0; i < CASES; i++) {
        const char *s = random_input();
        bool keep_spaces = random_below(2);
        expect_wide(s, keep_spaces);
        char *wide = kp_text_wide(&arena, s, keep_spaces);
        assert_wanted(s, wide);
        assert_true(kp_text_is_wide(wide));
        assert_wanted(wide, kp_text_wide(&arena, wide, keep_spaces));
        kp_arena_reset(&arena);
    }
}

static bool can_be_sent(const char *s)
{
    int32_t outside = 0;
    (void)kp_text_cp932_bytes(text, s, &outside);
    return outside == 0;
}

/* Every character of CP932 alone, after and before a half-width kana, and with a mark. */
static void check_sendable(int32_t c)
{
    static const int32_t around[][2] = {{0, 0},      {0, 0xff9e}, {0, 0xff9f}, {0, 0x309b},
                                        {0, 0x309c}, {0, 0xff76}, {0xff76, 0}, {0xff76, 0xff9e}};
    for (size_t i = 0; i < COUNT(around); i++) {
        const char *s = written(&input, around[i][0], c, around[i][1]);
        char *wide = kp_text_wide(&arena, s, true);
        if (!wide || !can_be_sent(wide) || !kp_text_is_wide(wide))
            fail_msg("'%s' becomes '%s', which cannot be sent", s, wide ? wide : "(null)");
    }
    kp_arena_reset(&arena);
}

static void wide__text_that_can_be_sent__can_still_be_sent(void **state UNUSED)
{
    size_t known = 0;
    for (int32_t c = 0x20; c < BMP; c++)
        if ((c < 0xd800 || c > 0xdfff) && can_be_sent(written(&input, c, 0, 0))) {
            check_sendable(c);
            known++;
        }
    assert_true(known > 7000);
}

static void wide__voiced_letters_that_cp932_lacks__stay_two_characters(void **state UNUSED)
{
    const char *plain = PLAIN_OUTSIDE, *letters = VOICED_OUTSIDE;
    int32_t kana = 0;
    while ((kana = kp_utf8_next(&plain)) >= 0) {
        assert_false(can_be_sent(written(&input, kp_utf8_next(&letters), 0, 0)));
        (void)written(&wanted, kana, 0x309b, 0);
        for (unsigned m = 0; m < voiced_marks.n; m++) {
            const char *s = written(&input, kana, voiced_marks.at[m], 0);
            assert_wanted(s, kp_text_wide(&arena, s, true));
        }
    }
    kp_arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kana_name__random_kana__agrees_with_nfkc),
        cmocka_unit_test(kana_name__every_voiced_kana__joins_every_mark),
        cmocka_unit_test(kana_name__any_spelling_of_a_name__is_that_name),
        cmocka_unit_test(wide__random_text__is_widened_and_joined),
        cmocka_unit_test(wide__text_that_can_be_sent__can_still_be_sent),
        cmocka_unit_test(wide__voiced_letters_that_cp932_lacks__stay_two_characters),
    };
    return cmocka_run_group_tests_name("kana_property", tests, set_up, tear_down);
}
