/* Three-way merge. A paragraph is one line, and two editors may well work on different sentences of
 * it: first each sentence is a line for git; only where that fails the lines are. */
#include <git2.h>
#include <string.h>

#include "compare-private.h"

/* The second line is the same everywhere: neighbours that changed do not touch. */
#define SENTENCE_END "\001\n\001\n"

static bool
ends_sentence(const char *text, const char *at)
{
	const char *before = at;

	if (*at != ' ' || at[1] == ' ' || at[1] == '\0')
		return false;
	while (before > text && strchr(")\"'*_", before[-1]) != NULL)
		before--;
	return before > text && strchr(".!?", before[-1]) != NULL;
}

static char *
to_lines(const char *text, bool sentences)
{
	GString *lines = g_string_new(NULL);

	for (const char *at = text; *at != '\0'; at++) {
		g_string_append_c(lines, *at);
		if (sentences && ends_sentence(text, at))
			g_string_append(lines, SENTENCE_END);
	}
	/* git would tell a last line without its end from one with it. */
	if (lines->len > 0 && lines->str[lines->len - 1] != '\n')
		g_string_append_c(lines, '\n');
	return g_string_free(lines, FALSE);
}

static char *
from_lines(const char *lines, gsize length)
{
	GString *text = g_string_sized_new(length);

	for (gsize i = 0; i < length; i++)
		if (lines[i] == '\001' && i + 1 < length && lines[i + 1] == '\n')
			i++;
		else
			g_string_append_c(text, lines[i]);
	return g_string_free(text, FALSE);
}

static char *
merge_lines(const CompareMerge *merge, bool sentences, bool *ret_conflict, GError **error)
{
	g_autofree char *base = to_lines(merge->base, sentences);
	g_autofree char *mine = to_lines(merge->mine, sentences);
	g_autofree char *theirs = to_lines(merge->theirs, sentences);
	git_merge_file_input inputs[3];
	git_merge_file_options options;
	git_merge_file_result result = {0};
	const char *texts[] = {base, mine, theirs};
	char *merged = NULL;

	git_merge_file_options_init(&options, GIT_MERGE_FILE_OPTIONS_VERSION);
	for (int i = 0; i < 3; i++) {
		git_merge_file_input_init(&inputs[i], GIT_MERGE_FILE_INPUT_VERSION);
		inputs[i].ptr = texts[i];
		inputs[i].size = strlen(texts[i]);
	}
	options.our_label = merge->my_name;
	options.their_label = merge->their_name;
	if (git_merge_file(&result, &inputs[0], &inputs[1], &inputs[2], &options) != 0) {
		compare_fail(error);
		return NULL;
	}
	*ret_conflict = !result.automergeable;
	merged = from_lines(result.ptr, result.len);
	git_merge_file_result_free(&result);
	return merged;
}

char *
compare_merge(const CompareMerge *merge, bool *ret_conflict, GError **error)
{
	bool marked = strchr(merge->base, '\001') != NULL || strchr(merge->mine, '\001') != NULL ||
		      strchr(merge->theirs, '\001') != NULL;
	char *merged = NULL;

	*ret_conflict = true;
	if (!compare_ready(error))
		return NULL;
	if (!marked)
		merged = merge_lines(merge, true, ret_conflict, error);
	if (marked || (merged != NULL && *ret_conflict)) {
		g_free(merged);
		merged = merge_lines(merge, false, ret_conflict, error);
	}
	git_libgit2_shutdown();
	return merged;
}
