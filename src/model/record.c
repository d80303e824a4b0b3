#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "base.h"

static void *
at(const void *record, const Field *field)
{
	return (char *)(guintptr)record + field->offset;
}

#define STRING_AT(record, field) (*(char **)at(record, field))
#define INT_AT(record, field) (*(gint64 *)at(record, field))
#define BOOL_AT(record, field) (*(bool *)at(record, field))
#define ENUM_AT(record, field) (*(int *)at(record, field))
#define ARRAY_AT(record, field) (*(GPtrArray **)at(record, field))
#define INTS_AT(record, field) (*(GArray **)at(record, field))

void
record_init(const RecordType *type, void *record)
{
	memset(record, 0, type->size);
	for (const Field *field = type->fields; field->name != NULL; field++) {
		switch (field->type) {
		case FIELD_STRING:
			STRING_AT(record, field) = g_strdup("");
			break;
		case FIELD_STRINGS:
			ARRAY_AT(record, field) = g_ptr_array_new_with_free_func(g_free);
			break;
		case FIELD_LIST:
			ARRAY_AT(record, field) = g_ptr_array_new();
			break;
		case FIELD_INTS:
			INTS_AT(record, field) = g_array_new(FALSE, FALSE, sizeof(gint64));
			break;
		case FIELD_RECORD:
			record_init(field->record, at(record, field));
			break;
		case FIELD_INT:
		case FIELD_BOOL:
		case FIELD_ENUM:
			break;
		}
	}
}

static void
clear_list(const RecordType *type, GPtrArray *list)
{
	if (list == NULL)
		return;
	for (guint i = 0; i < list->len; i++)
		record_free(type, list->pdata[i]);
	g_ptr_array_unref(list);
}

void
record_clear(const RecordType *type, void *record)
{
	for (const Field *field = type->fields; field->name != NULL; field++) {
		switch (field->type) {
		case FIELD_STRING:
			g_clear_pointer(&STRING_AT(record, field), g_free);
			break;
		case FIELD_STRINGS:
			g_clear_pointer(&ARRAY_AT(record, field), g_ptr_array_unref);
			break;
		case FIELD_LIST:
			clear_list(field->record, ARRAY_AT(record, field));
			ARRAY_AT(record, field) = NULL;
			break;
		case FIELD_INTS:
			g_clear_pointer(&INTS_AT(record, field), g_array_unref);
			break;
		case FIELD_RECORD:
			record_clear(field->record, at(record, field));
			break;
		case FIELD_INT:
		case FIELD_BOOL:
		case FIELD_ENUM:
			break;
		}
	}
}

void *
record_new(const RecordType *type)
{
	void *record = g_malloc(type->size);

	record_init(type, record);
	return record;
}

void
record_free(const RecordType *type, void *record)
{
	if (record == NULL)
		return;
	record_clear(type, record);
	g_free(record);
}

void *
record_append(const RecordType *type, GPtrArray *list)
{
	void *record = record_new(type);

	g_ptr_array_add(list, record);
	return record;
}

void
record_set(char **field, const char *value)
{
	char *copy = g_strdup(value != NULL ? value : "");

	g_free(*field);
	*field = copy;
}

/* --- GVariant
 * -------------------------------------------------------------------------------------------------
 */

static void
append_signature(const RecordType *type, GString *text)
{
	static const char letters[] = {
		[FIELD_STRING] = 's', [FIELD_INT] = 'x', [FIELD_BOOL] = 'b', [FIELD_ENUM] = 'i'};

	g_string_append_c(text, '(');
	for (const Field *field = type->fields; field->name != NULL; field++) {
		switch (field->type) {
		case FIELD_STRINGS:
			g_string_append(text, "as");
			break;
		case FIELD_INTS:
			g_string_append(text, "ax");
			break;
		case FIELD_LIST:
			g_string_append_c(text, 'a');
			append_signature(field->record, text);
			break;
		case FIELD_RECORD:
			append_signature(field->record, text);
			break;
		case FIELD_STRING:
		case FIELD_INT:
		case FIELD_BOOL:
		case FIELD_ENUM:
			g_string_append_c(text, letters[field->type]);
			break;
		}
	}
	g_string_append_c(text, ')');
}

/* One signature per type for the life of the process: there are a dozen types. */
static const GVariantType *
signature_of(const RecordType *type)
{
	static GHashTable *known;
	GVariantType *found;

	if (known == NULL)
		known = g_hash_table_new(NULL, NULL);
	found = g_hash_table_lookup(known, type);
	if (found == NULL) {
		g_autoptr(GString) text = g_string_new(NULL);

		append_signature(type, text);
		found = g_variant_type_new(text->str);
		g_hash_table_insert(known, (gpointer)(guintptr)type, found);
	}
	return found;
}

static GVariant *
list_to_variant(const RecordType *type, const GPtrArray *list)
{
	/* A letter made on the stack may leave its lists out. */
	guint n = list != NULL ? list->len : 0;
	g_autofree GVariant **items = g_new(GVariant *, n + 1);

	for (guint i = 0; i < n; i++)
		items[i] = record_to_variant(type, list->pdata[i]);
	return g_variant_new_array(signature_of(type), items, n);
}

static GVariant *
field_to_variant(const Field *field, const void *record)
{
	GPtrArray *strings;
	GArray *ints;

	switch (field->type) {
	case FIELD_STRING:
		return g_variant_new_string(STRING_AT(record, field));
	case FIELD_INT:
		return g_variant_new_int64(INT_AT(record, field));
	case FIELD_BOOL:
		return g_variant_new_boolean(BOOL_AT(record, field));
	case FIELD_ENUM:
		return g_variant_new_int32(ENUM_AT(record, field));
	case FIELD_STRINGS:
		strings = ARRAY_AT(record, field);
		return g_variant_new_strv(
			(const gchar *const *)strings->pdata, (gssize)strings->len);
	case FIELD_INTS:
		ints = INTS_AT(record, field);
		return g_variant_new_fixed_array(
			G_VARIANT_TYPE_INT64, ints->data, ints->len, sizeof(gint64));
	case FIELD_LIST:
		return list_to_variant(field->record, ARRAY_AT(record, field));
	case FIELD_RECORD:
		return record_to_variant(field->record, at(record, field));
	}
	g_assert_not_reached();
}

GVariant *
record_to_variant(const RecordType *type, const void *record)
{
	GVariant *children[64];
	size_t n = 0;

	for (const Field *field = type->fields; field->name != NULL; field++) {
		g_assert(n < G_N_ELEMENTS(children));
		children[n++] = field_to_variant(field, record);
	}
	return g_variant_new_tuple(children, n);
}

static bool decode(const RecordType *type, GVariant *variant, void *record);

static void
decode_strings(GVariant *value, GPtrArray *strings)
{
	g_autofree const char **items = NULL;
	gsize n;

	items = g_variant_get_strv(value, &n);
	for (gsize i = 0; i < n; i++)
		g_ptr_array_add(strings, g_strdup(items[i]));
}

static void
decode_ints(GVariant *value, GArray *ints)
{
	gsize n;
	const gint64 *items = g_variant_get_fixed_array(value, &n, sizeof(gint64));

	if (n > 0)
		g_array_append_vals(ints, items, (guint)n);
}

static bool
decode_list(const RecordType *type, GVariant *value, GPtrArray *list)
{
	gsize n = g_variant_n_children(value);

	for (gsize i = 0; i < n; i++) {
		g_autoptr(GVariant) item = g_variant_get_child_value(value, i);

		if (!decode(type, item, record_append(type, list)))
			return false;
	}
	return true;
}

static bool
decode_enum(const Field *field, GVariant *value, void *record)
{
	gint32 number = g_variant_get_int32(value);

	if (number < 0)
		return false;
	for (gint32 i = 0; i <= number; i++)
		if (field->names[i] == NULL)
			return false;
	ENUM_AT(record, field) = number;
	return true;
}

static bool
decode_field(const Field *field, GVariant *value, void *record)
{
	switch (field->type) {
	case FIELD_STRING:
		record_set(&STRING_AT(record, field), g_variant_get_string(value, NULL));
		return true;
	case FIELD_INT:
		INT_AT(record, field) = g_variant_get_int64(value);
		return true;
	case FIELD_BOOL:
		BOOL_AT(record, field) = g_variant_get_boolean(value);
		return true;
	case FIELD_ENUM:
		return decode_enum(field, value, record);
	case FIELD_STRINGS:
		decode_strings(value, ARRAY_AT(record, field));
		return true;
	case FIELD_INTS:
		decode_ints(value, INTS_AT(record, field));
		return true;
	case FIELD_LIST:
		return decode_list(field->record, value, ARRAY_AT(record, field));
	case FIELD_RECORD:
		return decode(field->record, value, at(record, field));
	}
	return false;
}

static bool
decode(const RecordType *type, GVariant *variant, void *record)
{
	gsize n = 0;

	for (const Field *field = type->fields; field->name != NULL; field++) {
		g_autoptr(GVariant) value = g_variant_get_child_value(variant, n++);

		if (!decode_field(field, value, record))
			return false;
	}
	return true;
}

void *
record_from_variant(const RecordType *type, GVariant *variant, GError **error)
{
	void *record;

	if (!g_variant_is_of_type(variant, signature_of(type)) ||
		!g_variant_is_normal_form(variant)) {
		nieuws_fail(error, NIEUWS_MESSAGE, "a malformed %s came from another process",
			type->name);
		return NULL;
	}
	record = record_new(type);
	if (!decode(type, variant, record)) {
		record_free(type, record);
		nieuws_fail(error, NIEUWS_MESSAGE,
			"a %s with a value out of range came from another process", type->name);
		return NULL;
	}
	return record;
}

GBytes *
record_to_bytes(const RecordType *type, const void *record)
{
	g_autoptr(GVariant) variant = g_variant_ref_sink(record_to_variant(type, record));

	return g_variant_get_data_as_bytes(variant);
}

void *
record_from_bytes(const RecordType *type, GBytes *bytes, GError **error)
{
	g_autoptr(GVariant) variant =
		g_variant_ref_sink(g_variant_new_from_bytes(signature_of(type), bytes, FALSE));

	return record_from_variant(type, variant, error);
}

void *
record_copy(const RecordType *type, const void *record)
{
	g_autoptr(GVariant) variant = g_variant_ref_sink(record_to_variant(type, record));

	return record_from_variant(type, variant, NULL);
}

/* --- JSON
 * -----------------------------------------------------------------------------------------------------
 */

static json_t *
list_to_json(const RecordType *type, const GPtrArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++)
		json_array_append_new(array, record_to_json(type, list->pdata[i]));
	return array;
}

static json_t *
strings_to_json(const GPtrArray *strings)
{
	json_t *array = json_array();

	for (guint i = 0; i < strings->len; i++)
		json_array_append_new(array, json_string(strings->pdata[i]));
	return array;
}

static json_t *
ints_to_json(const GArray *ints)
{
	json_t *array = json_array();

	for (guint i = 0; i < ints->len; i++)
		json_array_append_new(array, json_integer(g_array_index(ints, gint64, i)));
	return array;
}

static json_t *
field_to_json(const Field *field, const void *record)
{
	switch (field->type) {
	case FIELD_STRING:
		return json_string(STRING_AT(record, field));
	case FIELD_INT:
		return json_integer(INT_AT(record, field));
	case FIELD_BOOL:
		return json_boolean(BOOL_AT(record, field));
	case FIELD_ENUM:
		return json_string(field->names[ENUM_AT(record, field)]);
	case FIELD_STRINGS:
		return strings_to_json(ARRAY_AT(record, field));
	case FIELD_INTS:
		return ints_to_json(INTS_AT(record, field));
	case FIELD_LIST:
		return list_to_json(field->record, ARRAY_AT(record, field));
	case FIELD_RECORD:
		return record_to_json(field->record, at(record, field));
	}
	return json_null();
}

json_t *
record_to_json(const RecordType *type, const void *record)
{
	json_t *object = json_object();

	for (const Field *field = type->fields; field->name != NULL; field++)
		json_object_set_new(object, field->name, field_to_json(field, record));
	return object;
}

static void fill_from_json(const RecordType *type, void *record, const json_t *object);

enum { MOST_ITEMS = 10000 };

static void
list_from_json(const RecordType *type, const json_t *array, GPtrArray *list)
{
	size_t n = MIN(json_array_size(array), MOST_ITEMS);

	for (size_t i = 0; i < n; i++)
		fill_from_json(type, record_append(type, list), json_array_get(array, i));
}

static void
strings_from_json(const json_t *array, GPtrArray *strings)
{
	size_t n = MIN(json_array_size(array), MOST_ITEMS);

	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (text != NULL)
			g_ptr_array_add(strings, g_strdup(text));
	}
}

static void
ints_from_json(const json_t *array, GArray *ints)
{
	size_t n = MIN(json_array_size(array), MOST_ITEMS);

	for (size_t i = 0; i < n; i++) {
		gint64 number = json_integer_value(json_array_get(array, i));

		g_array_append_val(ints, number);
	}
}

static void
enum_from_json(const Field *field, void *record, const char *name)
{
	for (int i = 0; name != NULL && field->names[i] != NULL; i++)
		if (strcmp(field->names[i], name) == 0)
			ENUM_AT(record, field) = i;
}

static void
field_from_json(const Field *field, void *record, const json_t *value)
{
	switch (field->type) {
	case FIELD_STRING:
		if (json_is_string(value))
			record_set(&STRING_AT(record, field), json_string_value(value));
		break;
	case FIELD_INT:
		INT_AT(record, field) = json_integer_value(value);
		break;
	case FIELD_BOOL:
		BOOL_AT(record, field) = json_is_true(value);
		break;
	case FIELD_ENUM:
		enum_from_json(field, record, json_string_value(value));
		break;
	case FIELD_STRINGS:
		strings_from_json(value, ARRAY_AT(record, field));
		break;
	case FIELD_INTS:
		ints_from_json(value, INTS_AT(record, field));
		break;
	case FIELD_LIST:
		list_from_json(field->record, value, ARRAY_AT(record, field));
		break;
	case FIELD_RECORD:
		fill_from_json(field->record, at(record, field), value);
		break;
	}
}

static void
fill_from_json(const RecordType *type, void *record, const json_t *object)
{
	for (const Field *field = type->fields; field->name != NULL; field++) {
		const json_t *value = json_object_get(object, field->name);

		if (value != NULL)
			field_from_json(field, record, value);
	}
}

void *
record_from_json(const RecordType *type, const json_t *object)
{
	void *record = record_new(type);

	fill_from_json(type, record, object);
	return record;
}

char *
record_list_to_text(const RecordType *type, const GPtrArray *list)
{
	json_t *array = list_to_json(type, list);
	char *dumped = json_dumps(array, JSON_COMPACT);
	char *text = g_strdup(dumped);

	free(dumped);
	json_decref(array);
	return text;
}

void
record_list_from_text(const RecordType *type, const char *text, GPtrArray *list)
{
	json_t *array = json_loads(text, 0, NULL);

	list_from_json(type, array, list);
	json_decref(array);
}
