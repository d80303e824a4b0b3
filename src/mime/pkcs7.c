/* Opaque S/MIME (RFC 8551, 3.5.2): what was signed is taken out; who signed it is not judged. */
#include <gnutls/pkcs7.h>
#include <string.h>

#include "mime-private.h"

enum { HEAD = 64 /* the type stands in the first bytes */ };

/* The object identifier that says what it is (RFC 5652): 1.2.840.113549.1.7.N, or below 1.9.16.1.
 */
static Pkcs7Kind
kind_of(const char *bytes, size_t length)
{
	static const char pkcs7[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07";
	static const char content[] = "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01";
	const char *end = bytes + MIN(length, HEAD);
	const char *p = memmem(bytes, (size_t)(end - bytes), pkcs7, sizeof pkcs7 - 1);

	if (p != NULL && end - p > (ptrdiff_t)sizeof pkcs7) {
		char kind = p[sizeof pkcs7 - 1];

		if (kind == 2)
			return PKCS7_SIGNED;
		return kind == 3 || kind == 4 || kind == 6 ? PKCS7_ENCRYPTED : PKCS7_OTHER;
	}
	p = memmem(bytes, (size_t)(end - bytes), content, sizeof content - 1);
	if (p != NULL && end - p > (ptrdiff_t)sizeof content && p[sizeof content - 1] == 23)
		return PKCS7_ENCRYPTED;
	return PKCS7_OTHER;
}

Pkcs7Kind
mime_pkcs7_read(const char *bytes, size_t length, char **ret_content, size_t *ret_length)
{
	const gnutls_datum_t all = {(unsigned char *)(guintptr)bytes, (unsigned)length};
	gnutls_datum_t inside = {NULL, 0};
	Pkcs7Kind kind = kind_of(bytes, length);
	gnutls_pkcs7_t pkcs7 = NULL;

	if (kind != PKCS7_SIGNED || gnutls_pkcs7_init(&pkcs7) < 0)
		return kind;
	if (gnutls_pkcs7_import(pkcs7, &all, GNUTLS_X509_FMT_DER) < 0)
		kind = PKCS7_BROKEN;
	/* Certificates alone are no mail. */
	else if (gnutls_pkcs7_get_embedded_data(pkcs7, 0, &inside) < 0 || inside.size == 0)
		kind = PKCS7_OTHER;
	else {
		*ret_content = g_memdup2(inside.data, inside.size);
		*ret_length = inside.size;
	}
	gnutls_free(inside.data);
	gnutls_pkcs7_deinit(pkcs7);
	return kind;
}
