/* Who says that he is one of us? */
#include "ours.h"

#include <string.h>

#include "base.h"

enum { NAME_LEAST = 5 }; /* letters; shorter names say nothing */

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at != NULL ? at + 1 : "";
}

static void
add_domain(GPtrArray *domains, const char *address)
{
	g_autofree char *domain = g_ascii_strdown(domain_of(address), -1);

	if (*domain != '\0')
		g_ptr_array_add(domains, g_steal_pointer(&domain));
}

GPtrArray *
ours_domains(const Config *config)
{
	GPtrArray *domains = g_ptr_array_new_with_free_func(g_free);

	add_domain(domains, config->smtp.from);
	for (guint i = 0; i < config->mailboxes->len; i++)
		add_domain(domains, ((MailboxConfig *)config->mailboxes->pdata[i])->address);
	return domains;
}

static bool
is_our_address(const Config *config, const char *address)
{
	bool ours = g_ascii_strcasecmp(address, config->smtp.from) == 0;

	for (guint i = 0; i < config->mailboxes->len && !ours; i++)
		ours = g_ascii_strcasecmp(address,
			       ((MailboxConfig *)config->mailboxes->pdata[i])->address) == 0;
	for (guint i = 0; i < config->editors->len && !ours; i++)
		ours = g_ascii_strcasecmp(
			       address, ((EditorConfig *)config->editors->pdata[i])->address) == 0;
	return ours;
}

static bool
looks_like_name(const char *look, const char *name)
{
	g_autofree char *ours = looks_skeleton(name, "");

	return g_utf8_strlen(ours, -1) >= NAME_LEAST && strcmp(ours, look) == 0;
}

static const char *
our_name(const Config *config, const char *name)
{
	g_autofree char *look = looks_skeleton(name, "");

	if (looks_like_name(look, config->newsroom))
		return config->newsroom;
	if (looks_like_name(look, config->smtp.from_name))
		return config->smtp.from_name;
	for (guint i = 0; i < config->editors->len; i++) {
		const EditorConfig *editor = config->editors->pdata[i];

		if (looks_like_name(look, editor->name))
			return editor->name;
	}
	return NULL;
}

static bool
is_our_domain(const Config *config, const char *domain)
{
	g_autoptr(GPtrArray) domains = ours_domains(config);

	for (guint i = 0; i < domains->len; i++)
		if (g_ascii_strcasecmp(domains->pdata[i], domain) == 0)
			return true;
	return false;
}

/* Without the name of our mail server nobody is ever verified. */
static bool
can_verify(const Config *config)
{
	for (guint i = 0; i < config->mailboxes->len; i++)
		if (*((MailboxConfig *)config->mailboxes->pdata[i])->authserv_id != '\0')
			return true;
	return false;
}

void
ours_judge(const Config *config, const Message *message, Draft *draft)
{
	const Person *sender = &draft->sender;
	const char *name = our_name(config, sender->name);
	g_autofree char *text = NULL;

	if (name != NULL && !is_our_address(config, sender->address)) {
		text = g_strdup_printf("The sender carries the name %s of our own newsroom, but "
				       "writes from %s.",
			name, sender->address);
		draft_warn(draft, "trust.our-name", text);
	}
	if (message->trust != TRUST_PASS && can_verify(config) &&
		is_our_domain(config, domain_of(sender->address)))
		draft_warn(draft, "trust.our-domain",
			"The mail says that it comes from our own domain; our mail server could "
			"not verify that.");
}
