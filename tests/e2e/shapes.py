"""The JSON of each command, as docs/nieuws-json.5 tells it; and a small checker. A shape is a type (text, int, real, bool, moment, what
may be none or missing), [shape] for a list, {field: shape} for an object with exactly these fields."""
import re


class Maybe:
    """Null is good as well."""
    def __init__(self, shape):
        self.shape = shape


class Missing(Maybe):
    """The field may be missing."""


def text(value):
    return isinstance(value, str)


def moment(value):
    return value == '' or (isinstance(value, str) and re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', value) is not None)


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def real(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_bool(value):
    return isinstance(value, bool)


def is_object(value):
    return isinstance(value, dict)


def one_of(*words):
    def check(value):
        return value in words
    return check


def wrong(value, shape, where='$'):
    """What is wrong with the value, or None."""
    if isinstance(shape, Maybe):
        return None if value is None and not isinstance(shape, Missing) else wrong(value, shape.shape, where)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return '%s is no list' % where
        return next(filter(None, (wrong(v, shape[0], '%s[%d]' % (where, i)) for i, v in enumerate(value))), None)
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return '%s is no object' % where
        lacks = [k for k, s in shape.items() if k not in value and not isinstance(s, Missing)]
        more = [k for k in value if k not in shape]
        if lacks or more:
            return '%s lacks %s, and has %s' % (where, lacks, more)
        return next(filter(None, (wrong(value[k], shape[k], where + '.' + k) for k in value)), None)
    return None if shape(value) else '%s is %r' % (where, value)


STATE = one_of('new', 'in_review', 'approved', 'published', 'hold', 'rejected', 'spam')
ROW = {'number': is_int, 'reference': text, 'state': STATE, 'taken_by': text, 'created': moment, 'contributor': text, 'address': text,
       'title': text, 'words': is_int, 'photos': is_int, 'embargo': moment, 'warnings': is_int, 'duplicates': is_int, 'followups': is_int,
       'near': is_int, 'hold_until': moment, 'trust': text}
HIT = dict(ROW, hit=Missing({'where': text, 'text': text, 'words': [text]}))
CONTRIBUTOR = {'id': is_int, 'address': text, 'name': text, 'organisation': text, 'first_at': moment, 'last_at': moment,
               'submissions': is_int, 'standing': one_of('', 'trusted', 'blocked'), 'standing_by': text, 'standing_at': moment, 'note': text,
               'placed': is_int, 'rejected': is_int}
ENTRY = {'number': is_int, 'at': moment, 'reason': text, 'sha256': text, 'path': text, 'size': is_int, 'attempts': is_int, 'resolved': is_bool}
FOLDER = {'mailbox': text, 'folder': text, 'server': is_int, 'kept': is_int, 'quarantined': is_int, 'waiting': is_int, 'untold': is_int,
          'last_look': moment, 'counted': moment, 'trouble': text, 'balances': is_bool}
ALARM = {'number': is_int, 'kind': text, 'about': text, 'detail': text, 'count': is_int, 'raised': moment, 'over': moment, 'told': moment,
         'times': is_int, 'title': text, 'text': text, 'lasts': is_bool}
COUNTS = {k: is_int for k in ('new', 'mine', 'others', 'approved', 'hold', 'due', 'followups', 'embargo_today', 'mails_waiting', 'quarantined',
                              'unsaved')}
EVENT = {'at': moment, 'kind': text, 'who': text, 'text': text}
VERSION = {'version': one_of(1)}


def something(value):
    """inspect's object has a page of its own in the manual and tests of its own."""
    return isinstance(value, dict)


PHOTO = {'submission': is_int, 'number': is_int, 'sha256': text, 'name': text, 'alt': text, 'caption': text, 'credit': text, 'dropped': is_bool,
         'lead': is_bool}
FILE = {'part': text, 'filename': text, 'type': text, 'real_type': text, 'content_id': text, 'size': is_int, 'sha256': text, 'sha256_lf': text,
        'role': text, 'width': is_int, 'height': is_int, 'is_inline': is_bool, 'caption': text, 'credit': text, 'alt': text, 'number': is_int,
        'place': is_int, 'photo': Maybe(PHOTO)}

ASIDE = {'kind': text, 'text': text, 'reason': text, 'position': is_int}
PROPOSAL = {'id': is_int, 'draft_id': is_int, 'submission_id': is_int, 'at': moment, 'title': text, 'lead': text, 'body': text, 'embargo': text,
            'embargo_at': moment, 'photos': is_int, 'kind': one_of('', 'text', 'message', 'photos'), 'why': text, 'state': text, 'decided_by': text,
            'decided_at': moment, 'parts': text, 'from': text, 'subject': text, 'asides': [ASIDE]}

SHAPES = {
    'nieuws': dict(VERSION, me=text, counts=COUNTS, mine=[ROW], due=[ROW], embargo_today=[ROW], followups=[ROW], new=[ROW]),
    'list': dict(VERSION, more=is_bool, drafts=[ROW]),
    'search': dict(VERSION, more=is_bool, drafts=[HIT]),
    'show': dict(ROW, draft=something, events=[EVENT], **VERSION),
    'related': dict(VERSION, related=[dict(ROW, how=one_of('same', 'near', 'similar'), likeness=real)]),
    'log': dict(VERSION, number=is_int, log=[dict(EVENT, name=text, revision=Maybe(is_int))]),
    'diff': dict(VERSION, number=is_int, **{'from': is_int}, to=is_int,
                 fields=[{'field': text, 'pieces': [{'kind': one_of('same', 'old', 'new'), 'text': text}]}]),
    'recover': dict(VERSION, unsaved=[{'number': is_int, 'reference': text, 'title': text, 'path': text, 'written_at': moment, 'open': is_bool}]),
    'reject': dict(VERSION, reasons=[{'key': text, 'title': text, 'text': text}]),
    'followups': dict(VERSION, followups=[PROPOSAL]),
    'files': dict(VERSION, files=[FILE]),
    'contributors': dict(VERSION, contributors=[CONTRIBUTOR]),
    'contributors ADDRESS': dict(VERSION, contributor=CONTRIBUTOR, drafts=[ROW]),
    'who': dict(VERSION, me=text, editors=[{'user': text, 'name': text, 'address': text, 'rights': text, 'me': is_bool}]),
    'status': dict(VERSION, healthy=is_bool, health=one_of('ok', 'warning', 'critical'), why=text, folders=[FOLDER],
                   alarms=[{'kind': text, 'about': text, 'detail': text, 'raised': moment}], drafts={k: is_int for k in ('all', 'new', 'in_review', 'approved', 'published',
                   'hold', 'rejected', 'spam')}, quarantined=is_int, outbox={'waiting': is_int, 'failed': is_int, 'sent': is_int, 'oldest': moment},
                   disk={'free': is_int, 'reserve': is_int, 'room': is_bool}),
    'alarms': dict(VERSION, alarms=[ALARM]),
    'quarantine': dict(VERSION, quarantine=[ENTRY]),
    'quarantine show': dict(ENTRY, header=text, **VERSION),
    'person show': dict(VERSION, address=text,
                        found=[{'place': text, 'draft': is_int, 'id': is_int, 'own': is_bool, 'path': text, 'row': is_object}]),
    'fsck': dict(VERSION, findings=[{'kind': text, 'subject': text, 'meaning': text, 'cure': text, 'repaired': Maybe(text)}]),
    'import': dict(VERSION, new=is_int, joined=is_int, doubles=is_int, quarantined=is_int),
}
