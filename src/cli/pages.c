/* The commands whose answer is a page: explain, items and show. */
#include <string.h>

#include "base/status.h"
#include "cli/cli.h"

/* Writes the page of a call that ended with st, frees it, and returns the status of both. */
static enum kp_status print_page(struct kp_console *c, enum kp_status st, struct kp_page *page)
{
    if (st == KP_OK && !kp_console_write(c, page->text, strlen(page->text)))
        st = KP_E_SYSTEM;
    kp_page_free(page);
    return st;
}

enum kp_status kp_command_explain(struct kp_console *c)
{
    const struct kp_settings *s = &c->settings;
    if (s->n_arguments > 1 ||
        (s->n_arguments == 1 && (s->explain.birth || s->explain.exam || s->explain.insurer)))
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_ARGUMENT_UNEXPECTED, KP_NOWHERE,
                       s->arguments[s->n_arguments - 1], "explain");
    const struct kp_code_options code = {s->options.common, s->arguments[0]};
    struct kp_explain_options rule = s->explain;
    rule.common = s->options.common;
    rule.exam_kind = s->options.input.exam_kind;
    rule.age_rule = s->options.age_rule;
    rule.withhold_form_items = s->options.withhold_form_items;
    rule.json = s->json;
    struct kp_page page = {0};
    enum kp_status st =
        s->n_arguments ? kp_explain_code(&code, &c->env, &page) : kp_explain(&rule, &c->env, &page);
    return print_page(c, st, &page);
}

enum kp_status kp_command_items(struct kp_console *c)
{
    const struct kp_settings *s = &c->settings;
    const char *word = s->n_arguments ? s->arguments[0] : "";
    const struct kp_items_options options = {s->options.common, word, s->json};
    struct kp_page page = {0};
    if (!kp_cli_is_text(word))
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, word, "items",
                       "text in UTF-8");
    return print_page(c, kp_list_items(&options, &c->env, &page), &page);
}

enum kp_status kp_command_show(struct kp_console *c)
{
    const struct kp_settings *s = &c->settings;
    const struct kp_show_options options = {.common = s->options.common,
                                            .bundle = s->arguments[0],
                                            .member = s->n_arguments == 2 ? s->arguments[1] : NULL,
                                            .html = s->html,
                                            .json = s->json,
                                            .password_file = s->options.seal.password_file};
    struct kp_page page = {0};
    if (s->json && s->html)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_OPTIONS_APART, KP_NOWHERE, "--json", "--html");
    return print_page(c, kp_show(&options, &c->env, &page), &page);
}
