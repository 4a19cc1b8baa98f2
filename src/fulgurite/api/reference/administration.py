"""What there is to say of the endpoints for those who run the service."""

from fulgurite.api.administration import DEFAULT_TASKS, MAX_DAYS, MAX_TASKS
from fulgurite.api.reference.words import JSON, Operation, Parameter, Schema, Sent
from fulgurite.model import administration as shapes
from fulgurite.model.key import Role
from fulgurite.service.keys import MAX_NAME_CHARACTERS, MAX_QUOTA

_TAG = "Administration"
_PAYLOAD = (400021, 400022, 406000, 406001, 408000)
_DAYS: Schema = {"type": "integer", "minimum": 0, "maximum": MAX_DAYS}
_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
_QUOTA: Schema = {"type": ["integer", "null"], "minimum": 0, "maximum": MAX_QUOTA}
_QUOTAS: Schema = {
    "type": "object",
    "properties": dict.fromkeys(shapes.Own.__struct_fields__, _QUOTA),
    "additionalProperties": False,
}
_WISH: Schema = {
    "type": "object",
    "required": ["name", "role"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARACTERS},
        "role": {"enum": [role.value for role in Role]},
        "expires_at": _TIME,
        "allowance": _QUOTAS,
    },
    "additionalProperties": False,
}
_TERMS: Schema = {
    "type": "object",
    "minProperties": 1,
    "properties": {"expires_at": _TIME, "allowance": _QUOTAS},
    "additionalProperties": False,
}
_KEY_ID = Parameter("id", "path", "The key's number.", {"type": "integer"}, 7)
_NO_SECRETS = "Without their secrets: these are kept as digests only."

ADMINISTRATION: dict[str, Operation] = {
    "GET /v4/admin/queue": Operation(
        _TAG,
        "What runs and what waits, and why",
        "A path of our own. And the living workers, with what each does.",
        (shapes.Queue,),
        parameters=(
            Parameter(
                "limit",
                "query",
                "How many tasks, at most.",
                {"type": "integer", "minimum": 1, "maximum": MAX_TASKS, "default": DEFAULT_TASKS},
            ),
        ),
        errors=(400028,),
    ),
    "GET /v4/admin/engines": Operation(
        _TAG, "Engines found and not found", "A path of our own. With what to install.", (shapes.Engines,)
    ),
    "GET /v4/admin/storage": Operation(
        _TAG, "How much room is taken and left", "A path of our own. What it takes on the disk.", (shapes.Storage,)
    ),
    "GET /v4/admin/retention": Operation(
        _TAG,
        "How long things are kept",
        "A path of our own. With the days given, what would be removed if things were kept so long; nothing is.",
        (shapes.Retention,),
        parameters=(
            Parameter("analyses_days", "query", "As if analyses were kept so many days; 0: for ever.", _DAYS),
            Parameter("files_days", "query", "As if files were kept so many days; 0: for ever.", _DAYS),
        ),
        errors=(400004,),
    ),
    "GET /v4/admin/keys": Operation(
        _TAG, "All keys", f"A path of our own. {_NO_SECRETS} Newest first, revoked ones too.", (shapes.Keys,)
    ),
    "POST /v4/admin/keys": Operation(
        _TAG,
        "Make a key",
        "A path of our own. The answer has the key itself, which is not told again.",
        (shapes.NewKey,),
        body=Sent("What it may.", ((JSON, _WISH),), {"name": "mail gateway", "role": "submit"}),
        errors=_PAYLOAD,
    ),
    "PATCH /v4/admin/keys/{id}": Operation(
        _TAG,
        "Change a key's end and quotas",
        "A path of our own. What is not named stays.",
        (shapes.KeyEntry,),
        parameters=(_KEY_ID,),
        body=Sent("What is to be changed.", ((JSON, _TERMS),), {"allowance": {"sandbox_api": 1000}}),
        errors=(*_PAYLOAD, 404001),
    ),
    "DELETE /v4/admin/keys/{id}": Operation(
        _TAG,
        "Revoke a key",
        "A path of our own. All processes follow within a second.",
        (shapes.Revoked,),
        parameters=(_KEY_ID,),
        errors=(404001,),
    ),
}
