#include "fields.h"
#include "wire.h"

static const Field nothing_fields[] = {BOOL(WireNothing, nothing), END};
static const RecordType nothing_type = {
	"letter without content", sizeof(WireNothing), nothing_fields};

static const Field uids_fields[] = {INT(WireUids, uidvalidity), INTS(WireUids, uids), END};
static const RecordType uids_type = {"list of UIDs", sizeof(WireUids), uids_fields};

static const Field want_fields[] = {
	INT(WireWant, uidvalidity), INTS(WireWant, uids), INTS(WireWant, acknowledge), END};
static const RecordType want_type = {"wish for mails", sizeof(WireWant), want_fields};

static const Field folder_fields[] = {STRING(WireFolder, folder), INT(WireFolder, uidvalidity),
	INT(WireFolder, uidnext), INT(WireFolder, first), INT(WireFolder, last),
	INTS(WireFolder, uids), BOOL(WireFolder, more), END};
static const RecordType folder_type = {"folder state", sizeof(WireFolder), folder_fields};

static const Field fetched_fields[] = {INT(WireFetched, uidvalidity), INT(WireFetched, uid),
	STRING(WireFetched, file), STRING(WireFetched, sha256), INT(WireFetched, size),
	INT(WireFetched, internal_date), BOOL(WireFetched, truncated), INT(WireFetched, full_size),
	END};
static const RecordType fetched_type = {"fetched mail", sizeof(WireFetched), fetched_fields};

static const Field trouble_fields[] = {
	INT(WireTrouble, code), STRING(WireTrouble, text), INT(WireTrouble, retry_in), END};
static const RecordType trouble_type = {"trouble", sizeof(WireTrouble), trouble_fields};

static const Field read_fields[] = {
	INT(WireRead, job), BOOL(WireRead, brief), LIST(WireRead, documents, document_type), END};
static const RecordType read_type = {"reading job", sizeof(WireRead), read_fields};

static const Field draft_letter_fields[] = {INT(WireDraft, job), STRING(WireDraft, error),
	RECORD(WireDraft, message, message_type), RECORD(WireDraft, draft, draft_type), END};
static const RecordType draft_letter_type = {
	"draft from a reader", sizeof(WireDraft), draft_letter_fields};

static const Field extract_fields[] = {INT(WireExtract, job), STRING(WireExtract, part), END};
static const RecordType extract_type = {"extraction job", sizeof(WireExtract), extract_fields};

static const Field part_fields[] = {
	INT(WirePart, job), STRING(WirePart, error), INT(WirePart, size), END};
static const RecordType part_type = {"extracted part", sizeof(WirePart), part_fields};

static const Field convert_fields[] = {INT(WireConvert, job), STRING(WireConvert, part),
	STRING(WireConvert, kind), STRING(WireConvert, picture), END};
static const RecordType convert_type = {"conversion job", sizeof(WireConvert), convert_fields};

static const Field converted_fields[] = {INT(WireConverted, job),
	RECORD(WireConverted, document, document_type), INT(WireConverted, size), END};
static const RecordType converted_type = {
	"converted document", sizeof(WireConverted), converted_fields};

static const Field clean_fields[] = {INT(WireClean, job), INT(WireClean, width),
	INT(WireClean, height), BOOL(WireClean, pixels), END};
static const RecordType clean_type = {"cleaning job", sizeof(WireClean), clean_fields};

static const Field cleaned_fields[] = {INT(WireCleaned, job), STRING(WireCleaned, error),
	INT(WireCleaned, size), INT(WireCleaned, width), INT(WireCleaned, height), END};
static const RecordType cleaned_type = {"cleaned picture", sizeof(WireCleaned), cleaned_fields};

static const Field send_fields[] = {
	INT(WireSend, outbox), STRING(WireSend, sender), STRING(WireSend, recipient), END};
static const RecordType send_type = {"mail to send", sizeof(WireSend), send_fields};

static const Field sent_fields[] = {
	INT(WireSent, outbox), INT(WireSent, outcome), STRING(WireSent, reply), END};
static const RecordType sent_type = {"outcome of sending", sizeof(WireSent), sent_fields};

const RecordType *
wire_type(WireKind kind)
{
	switch (kind) {
	case WIRE_STOP:
	case WIRE_IDLE:
		return &nothing_type;
	case WIRE_KEPT:
	case WIRE_ACKED:
		return &uids_type;
	case WIRE_WANT:
		return &want_type;
	case WIRE_FOLDER:
		return &folder_type;
	case WIRE_FETCHED:
		return &fetched_type;
	case WIRE_TROUBLE:
		return &trouble_type;
	case WIRE_READ:
		return &read_type;
	case WIRE_DRAFT:
		return &draft_letter_type;
	case WIRE_EXTRACT:
		return &extract_type;
	case WIRE_PART:
		return &part_type;
	case WIRE_CONVERT:
		return &convert_type;
	case WIRE_CONVERTED:
		return &converted_type;
	case WIRE_CLEAN:
		return &clean_type;
	case WIRE_CLEANED:
		return &cleaned_type;
	case WIRE_SEND:
		return &send_type;
	case WIRE_SENT:
		return &sent_type;
	}
	return NULL;
}
