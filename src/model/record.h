/* Records: plain structs, each with one table of its fields. From the table come freeing, the form
 * between programs (GVariant, typed and checked) and JSON. No other room writes such code by hand.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum {
	FIELD_STRING, /* char *, never NULL after record_init or decoding */
	FIELD_INT, /* gint64 */
	FIELD_BOOL, /* bool */
	FIELD_ENUM, /* int (any C enum); names in FieldEnum */
	FIELD_STRINGS, /* GPtrArray of char *, element free g_free */
	FIELD_INTS, /* GArray of gint64 */
	FIELD_RECORD, /* an embedded struct of another record type */
	FIELD_LIST, /* GPtrArray of pointers to structs of another record type */
} FieldType;

typedef struct RecordType RecordType;

typedef struct {
	const char *name; /* as it stands in JSON */
	FieldType type;
	size_t offset;
	const RecordType *record; /* FIELD_RECORD, FIELD_LIST */
	const char *const *names; /* FIELD_ENUM: NULL-ended, by value; in JSON the name stands */
} Field;

struct RecordType {
	const char *name;
	size_t size;
	const Field *fields; /* ended by a field without name */
};

/* A new record: strings "", lists empty, numbers 0. Never fails. */
void *record_new(const RecordType *type);
void record_free(const RecordType *type, void *record);

/* For embedded or stack records. */
void record_init(const RecordType *type, void *record);
void record_clear(const RecordType *type, void *record);

/* A new record appended to a FIELD_LIST array; the array owns it. */
void *record_append(const RecordType *type, GPtrArray *list);

/* Sets a string field: frees the old, copies the new (NULL becomes ""). */
void record_set(char **field, const char *value);

/* The GVariant tuple; floating reference. Strings must be valid UTF-8 (text_valid). */
GVariant *record_to_variant(const RecordType *type, const void *record);

/* What comes from another process is hostile input: NULL with NIEUWS_MESSAGE unless it is exactly
 * the type, in normal form, and all enums in range. Result to record_free. */
void *record_from_variant(const RecordType *type, GVariant *variant, GError **error);

/* Bytes for the wire, to g_bytes_unref; and back. */
GBytes *record_to_bytes(const RecordType *type, const void *record);
void *record_from_bytes(const RecordType *type, GBytes *bytes, GError **error);

/* A new JSON object with every field under its name. */
json_t *record_to_json(const RecordType *type, const void *record);

/* Back from record_to_json: what is missing or of another type stays as record_init left it, so
 * that records written by an older version are read too. For what we wrote ourselves. Lists of at
 * most 10000. Result to record_free. */
void *record_from_json(const RecordType *type, const json_t *object);

/* A list of records as one line of JSON, and back (nothing from "" or from what is no list). */
char *record_list_to_text(const RecordType *type, const GPtrArray *list);
void record_list_from_text(const RecordType *type, const char *text, GPtrArray *list);

/* Deep copy. Result to record_free. */
void *record_copy(const RecordType *type, const void *record);
